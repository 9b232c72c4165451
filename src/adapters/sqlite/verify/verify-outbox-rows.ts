import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { isSeq } from "../../../contract/identity.ts";
import { readPayload } from "../../../contract/read-payload.ts";
import { isMessageType } from "../../../contract/topic.ts";
import { type Holding, MESSAGE_OVERHEAD_BYTES } from "../../../edge/outbox.ts";
import { SeqSet } from "../../../sequence/seq-set.ts";
import { rowChecksum } from "../outbox/outbox-row.ts";

/** What the rows of one publisher show. */
export interface FoundWaiting {
  readonly numbers: Readonly<Record<keyof Holding, SeqSet>>;
  readonly bytes: Record<keyof Holding, number>;
  /**
   * Numbers that wait in both tables and must not. One that a machine gave may: its telemetry, and the same again at QoS 1,
   * because it was not receipted. The library itself sends again what it has, and never takes it twice.
   */
  readonly twice: SeqSet;
  /** Milliseconds since 1970; null where no row says. */
  oldestAt: number | null;
}

/** The machine and boot that a row belongs to. */
export interface RowOwner {
  readonly name: string;
  readonly boot: string;
}

type Row = Record<string, SQLOutputValue>;

/**
 * Reads every message that waits, once.
 * @param owner by the number of a publisher; undefined where there is none
 * @param fault a message that can't be what was handed over: where, and what shows it
 * @returns by the number of their publisher
 */
export function findWaiting(
  db: DatabaseSync,
  lastBatch: number,
  owner: (publisher: number) => RowOwner | undefined,
  fault: (publisher: number, detail: string) => void,
  onRow: () => void,
): Map<number, FoundWaiting> {
  const found = new Map<number, FoundWaiting>();
  const durable = db.prepare("SELECT type, payload, raw FROM durable WHERE publisher = ? AND seq = ?");
  for (const table of ["durable", "telemetry"] as const) {
    for (const row of db.prepare(`SELECT * FROM ${table} ORDER BY publisher, seq`).iterate()) {
      const publisher = Number(row.publisher);
      let waiting = found.get(publisher);
      if (waiting === undefined) {
        waiting = {
          numbers: { durable: new SeqSet(), telemetry: new SeqSet() },
          bytes: { durable: 0, telemetry: 0 },
          twice: new SeqSet(),
          oldestAt: null,
        };
        found.set(publisher, waiting);
      }
      waiting.numbers[table].add(Number(row.seq));
      if (table === "telemetry" && waiting.numbers.durable.has(Number(row.seq))) {
        if (!isSentAgain(row, durable.get(publisher, Number(row.seq)))) waiting.twice.add(Number(row.seq));
      }
      waiting.bytes[table] += Number(row.bytes);
      const at = Number(row.at);
      // Outboxes of the first version did not say.
      if (at > 0) waiting.oldestAt = Math.min(at, waiting.oldestAt ?? at);
      const known = owner(publisher);
      for (const what of known === undefined ? [] : rowFaults(row, known.boot, lastBatch)) {
        fault(publisher, `${known?.name} number ${row.seq}: ${what}`);
      }
      onRow();
    }
  }
  return found;
}

/** Whether two rows are one message that its machine, which numbers it, has sent again. */
function isSentAgain(row: Row, other: Row | undefined): boolean {
  if (other === undefined || row.raw === null || other.raw === null || row.type !== other.type) return false;
  const [payload, again] = [row.payload, other.payload];
  if (payload instanceof Uint8Array && again instanceof Uint8Array)
    return Buffer.compare(payload, again) === 0;
  return payload === again;
}

function rowFaults(row: Row, boot: string, lastBatch: number): string[] {
  const { seq, batch, type, bytes, payload, raw, crc } = row;
  if (typeof payload !== "string" && !(payload instanceof Uint8Array))
    return ["its payload is no text and no bytes"];
  if (raw !== null && typeof raw !== "string") return ["its properties are no text"];
  const faults: string[] = [];
  if (!isSeq(seq)) faults.push("no such number is ever given");
  if (Number(batch) < 1 || Number(batch) > lastBatch) {
    faults.push(`it came with append ${batch}, the last one was ${lastBatch}`);
  }
  if (!isMessageType(String(type))) faults.push(`there is no message type ${String(type)}`);
  const size = Buffer.byteLength(payload) + Buffer.byteLength(raw ?? "") + MESSAGE_OVERHEAD_BYTES;
  if (size !== bytes) faults.push(`it counts ${size} bytes, ${bytes} are recorded`);
  if (crc !== null && rowChecksum({ seq: Number(seq), type: String(type), payload, raw }) !== crc) {
    faults.push("its bytes have another checksum than when it was handed over");
  }
  if (raw !== null) faults.push(...propertyFaults(raw));
  else faults.push(...payloadFaults(String(type), payload, { boot, seq: Number(seq) }));
  return faults;
}

/** The library's own message: text that fits its schema and carries the number that it is kept under. */
function payloadFaults(
  type: string,
  payload: string | Uint8Array,
  { boot, seq }: { readonly boot: string; readonly seq: number },
): string[] {
  if (!isMessageType(type)) return [];
  const value = typeof payload === "string" ? parsed(payload) : undefined;
  if (value === undefined) return ["its payload is no JSON"];
  const reading = readPayload(type, value);
  if (reading.kind === "refused")
    return [`its payload breaks ${reading.schema ?? "the contract"}: ${reading.detail}`];
  if (reading.boot === boot && reading.seq === seq) return [];
  return [`its payload says boot ${String(reading.boot)}, number ${String(reading.seq)}`];
}

/** What travels beside a payload, as it was written. */
export function propertyFaults(raw: string): string[] {
  const value = parsed(raw);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return ["its properties are no JSON object"];
  const { contentType, userProperties, retain } = value as Record<string, unknown>;
  const faults: string[] = [];
  if (contentType !== undefined && typeof contentType !== "string")
    faults.push("its content type is no text");
  if (retain !== undefined && typeof retain !== "boolean")
    faults.push("its retain flag is neither true nor false");
  if (userProperties !== undefined && !isUserProperties(userProperties)) {
    faults.push("its user properties are not names with text");
  }
  return faults;
}

function isUserProperties(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value)
    .flat()
    .every((text) => typeof text === "string");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
