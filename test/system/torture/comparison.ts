import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { contentHash, type Entry, sha256, tokenIn } from "./ledger.ts";

/** What became of the ledger's messages. Each list names tokens; each must be empty. */
export interface Comparison {
  /** Messages that the publisher was told are taken. */
  readonly taken: number;
  readonly stored: number;
  readonly quarantined: number;
  /** Taken, and neither in the log nor in quarantine. */
  readonly lost: readonly string[];
  /** There more often than they were sent, or a number that is there more often than once. */
  readonly duplicated: readonly string[];
  /** There with other bytes, under another number, on another topic, or in the wrong place. */
  readonly altered: readonly string[];
}

interface Found {
  readonly place: "log" | "quarantine";
  readonly topic: string;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly payload: Buffer;
}

/** What may be missing or come twice. */
export interface Allowance {
  /** Whether a message that was taken may be missing, for a reason the row itself checks. */
  readonly mayBeMissing?: (entry: Entry) => boolean;
  /** False where nobody gives the messages numbers: neither their machine nor a gateway. */
  readonly numbered?: boolean;
}

/**
 * Holds a ledger against log and quarantine. Plain SQL over the files, so that a fault of the product's own reading
 * can't hide a loss.
 */
export function compare(
  ledger: ReadonlyMap<string, Entry>,
  data: string,
  { mayBeMissing = () => false, numbered = true }: Allowance = {},
): Comparison {
  const found = Map.groupBy(rowsOf(data), ({ payload }) => tokenIn(payload.toString("utf8")) ?? "");
  found.delete(""); // wills and other messages that are not of the ledger
  const lost: string[] = [];
  const duplicated = numbersTwice([...found.values()].flat());
  const altered: string[] = [];
  let taken = 0;
  for (const entry of ledger.values()) {
    const rows = found.get(entry.token) ?? [];
    const { outcome } = entry;
    if (outcome?.taken) {
      taken++;
      if (!rows.some((row) => !numbered || isNumbered(row, outcome)) && !mayBeMissing(entry))
        lost.push(entry.token);
    }
    // The library says a state again, as a new message, whenever its will may have been published.
    const isRestated = entry.type === "state" && entry.hashed === "content";
    if (rows.length > entry.sendings && !isRestated) duplicated.push(entry.token);
    if (outcome?.taken === false && rows.length > 0) altered.push(`${entry.token} was refused and is there`);
    for (const row of rows) {
      const why = difference(entry, row);
      if (why !== undefined) altered.push(`${entry.token}: ${why}`);
    }
  }
  for (const token of found.keys()) if (!ledger.has(token)) altered.push(`${token} was never handed over`);
  const all = [...found.values()].flat();
  const quarantined = all.filter(({ place }) => place === "quarantine").length;
  return { taken, stored: all.length - quarantined, quarantined, lost, duplicated, altered };
}

/** Whether the log has a message. */
export function hasToken(data: string, token: string): boolean {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const sql = "SELECT 1 FROM mqtt_messages WHERE instr(payload_json, ?) > 0 LIMIT 1";
    return database.prepare(sql).get(token) !== undefined;
  } finally {
    database.close();
  }
}

function rowsOf(data: string): Found[] {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const select = (place: Found["place"], sql: string): Found[] =>
      database
        .prepare(sql)
        .all()
        .map(({ topic, boot, seq, payload }) => ({
          place,
          topic: String(topic),
          boot: boot === null ? null : String(boot),
          seq: seq === null ? null : Number(seq),
          payload: Buffer.from(payload as Uint8Array),
        }));
    return [
      ...select("log", "SELECT topic, boot, seq, CAST(payload_json AS BLOB) AS payload FROM mqtt_messages"),
      ...select("quarantine", "SELECT topic, boot, seq, payload FROM quarantine WHERE replayed_id IS NULL"),
    ];
  } finally {
    database.close();
  }
}

/** Whether it has the number that its publisher was told, or any where nobody told one. */
function isNumbered(row: Found, { boot, seq }: Pick<Found, "boot" | "seq">): boolean {
  // What the quarantine can't read an identity from is there without one.
  if (row.seq === null) return row.place === "quarantine";
  return seq === null || (row.boot === boot && row.seq === seq);
}

function difference(entry: Entry, row: Found): string | undefined {
  if (row.topic !== `factory/${entry.machine}/${entry.type}`) return `on the topic ${row.topic}`;
  if (row.place !== entry.belongs) return `in ${row.place} instead of ${entry.belongs}`;
  if (entry.hashed === "content") {
    const content = JSON.parse(row.payload.toString("utf8")) as Record<string, unknown>;
    return contentHash(content) === entry.sha256 ? undefined : `says something else: ${row.payload}`;
  }
  if (sha256(row.payload) !== entry.sha256) return `has other bytes: ${row.payload}`;
  const isNumberedByItself = entry.seq !== null && row.seq !== null;
  if (isNumberedByItself && (row.boot !== entry.boot || row.seq !== entry.seq)) {
    return `is number ${row.seq} of ${row.boot} instead of ${entry.seq} of ${entry.boot}`;
  }
  return undefined;
}

/** Numbers that occur twice: a machine, boot and seq must be there once, in the log or in quarantine. */
function numbersTwice(rows: readonly Found[]): string[] {
  const numbered = rows.filter(({ seq }) => seq !== null);
  const byNumber = Map.groupBy(numbered, ({ topic, boot, seq }) => {
    const machine = topic.slice(topic.indexOf("/") + 1, topic.lastIndexOf("/"));
    return `${machine} ${boot} ${seq}`;
  });
  return [...byNumber].flatMap(([number, same]) => (same.length > 1 ? [number] : []));
}
