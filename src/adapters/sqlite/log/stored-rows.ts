import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { parseTimestamp } from "../../../contract/timestamp.ts";
import { isUpTopic, parseUpTopic } from "../../../contract/topic.ts";
import { takePage } from "./row-page.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";

/** A row of the log with what checking and indexing need of it. */
export interface StoredRow {
  readonly id: number;
  readonly ts: string;
  readonly topic: { readonly topic: string; readonly machineKey: string | null };
  readonly payload: string;
  readonly receivedAt: number;
  readonly tsMs: number;
  readonly retain: number | null;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly batchId: string | null;
}

/**
 * The three text columns as text whatever an older program put there: rows that were carried over keep their
 * values as they are, and those may be NULL or bytes.
 */
export const TEXT_COLUMNS =
  "ifnull(CAST(ts AS TEXT), ''), ifnull(CAST(topic AS TEXT), ''), ifnull(CAST(payload_json AS TEXT), '')";

const TOPIC_CACHE_SIZE = 10_000;

/** The event time: what the publisher's time stamp says, or the received time where it says none. */
export function eventMs(ts: string, receivedAt: number): number {
  return parseTimestamp(ts) ?? receivedAt;
}

/** Continues a checksum over a row's text. `texts` may be those of several rows in a row: the sum is the same. */
export function rowChecksum(texts: string, before: number): number {
  return crc32(texts, before);
}

/** Reads rows in the order of their ids, a page at a time. */
export class StoredRows {
  readonly #page: StatementSync;
  readonly #topics = new Map<string, StoredRow["topic"]>();

  constructor(db: DatabaseSync) {
    this.#page = db.prepare(
      `SELECT id, ${TEXT_COLUMNS}, received_at, retain, boot, seq, batch_id
       FROM ${MESSAGE_TABLE} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`,
    );
    this.#page.setReturnArrays(true);
  }

  /** At most `limit` rows with ids above `afterId` up to `lastId`; fewer where they are large. */
  page(afterId: number, lastId: number, limit: number): StoredRow[] {
    // With setReturnArrays the rows are arrays, which the types of node:sqlite don't say.
    const found = this.#page.iterate(afterId, lastId, limit) as unknown as Iterable<RowValues>;
    const { rows } = takePage(found, ([, ts, topic, payload]) => ts.length + topic.length + payload.length);
    return rows.map(([id, ts, topic, payload, receivedAt, retain, boot, seq, batchId]) => ({
      id,
      ts,
      topic: this.#parsed(topic),
      payload,
      receivedAt,
      tsMs: eventMs(ts, receivedAt),
      retain,
      boot,
      seq,
      batchId,
    }));
  }

  #parsed(topic: string): StoredRow["topic"] {
    const known = this.#topics.get(topic);
    if (known !== undefined) return known;
    const parsed = parseUpTopic(topic);
    const result = { topic, machineKey: isUpTopic(parsed) ? parsed.machineKey : null };
    if (this.#topics.size >= TOPIC_CACHE_SIZE) this.#topics.clear();
    this.#topics.set(topic, result);
    return result;
  }
}

type RowValues = readonly [
  id: number,
  ts: string,
  topic: string,
  payload: string,
  receivedAt: number,
  retain: number | null,
  boot: string | null,
  seq: number | null,
  batchId: string | null,
];
