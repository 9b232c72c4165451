import type { SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { MESSAGE_TYPES, type MessageType } from "../../../contract/topic.ts";
import { entryBytes, type OutboxEntry } from "./outbox-entry.ts";

/** A row of either table, as it is written. */
export interface OutboxRow {
  readonly publisher: number;
  readonly seq: number;
  readonly batch: number;
  readonly type: string;
  readonly bytes: number;
  readonly payload: string | Uint8Array;
  readonly raw: string | null;
  /** When it was handed over, milliseconds since 1970. */
  readonly at: number;
  readonly crc: number;
}

/** An entry as it is written. */
export function rowOf(entry: OutboxEntry, publisher: number, batch: number, at: number): OutboxRow {
  const { seq, type, payload, raw = null } = entry;
  const crc = rowChecksum({ seq, type, payload, raw });
  return { publisher, seq, batch, type, bytes: entryBytes(entry), payload, raw, at, crc };
}

/**
 * A checksum over what is sent of a row one day: SQLite's own checks don't see a byte that flips in a payload. The
 * rest goes into where the sum over the payload starts, so that most rows cost one pass.
 */
export function rowChecksum({
  seq,
  type,
  payload,
  raw,
}: Pick<OutboxRow, "seq" | "type" | "payload" | "raw">): number {
  const beside = raw === null ? 0 : crc32(raw);
  const ofType = TYPE_CHECKSUMS.get(type) ?? crc32(type);
  return crc32(payload, (beside ^ ofType ^ seq) >>> 0);
}

const TYPE_CHECKSUMS: ReadonlyMap<string, number> = new Map(MESSAGE_TYPES.map((type) => [type, crc32(type)]));

/** An entry as it is read. */
export function storedEntry({
  seq,
  type,
  durable,
  payload,
  raw,
}: Record<string, SQLOutputValue>): OutboxEntry {
  return {
    seq: Number(seq),
    type: type as MessageType, // written by rowOf
    durable: durable === 1,
    payload: payload as string | Uint8Array, // text or blob, nothing else is written
    raw: typeof raw === "string" ? raw : undefined,
  };
}
