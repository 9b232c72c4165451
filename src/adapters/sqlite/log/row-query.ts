import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { isMessageType } from "../../../contract/topic.ts";
import type { LogFilter, StoredMessage } from "../../../log/log-reading.ts";
import { type RowPage, takePage } from "./row-page.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";
import { eventMs, TEXT_COLUMNS } from "./stored-rows.ts";

const COLUMNS = `id, ${TEXT_COLUMNS}, received_at, qos, retain, version, boot, seq, flags,
  site, line, step, machine, type, batch_id`;
const EQUALITIES = [
  ["site", "site"],
  ["line", "line"],
  ["step", "step"],
  ["machine", "machine"],
  ["type", "type"],
  ["batchId", "batch_id"],
] as const;

/**
 * The event time as SQL knows it. It differs by a millisecond where more digits are given (SQLite rounds, the
 * contract cuts), and it is NULL for some stamps that the contract takes (a leap second). So SQL only sorts out
 * what is surely outside, and {@link RowQuery} decides.
 */
const OUTSIDE_BY_SQL = `
  AND (ifnull(unixepoch(CASE WHEN ts GLOB '[0-9][0-9][0-9][0-9]-*' THEN ts END, 'subsec') * 1000.0, :since)
         BETWEEN :since - 2 AND :until + 2
       OR received_at BETWEEN :since AND :until)`;

/** A range of ids to search, both ends included. */
export interface IdRange {
  readonly first: number;
  readonly last: number;
  /** Whether rows of the range may lie outside the filter's times. */
  readonly checkTime: boolean;
}

/** The rows of a filter within given ranges of ids, page by page. */
export class RowQuery {
  readonly #descending: boolean;
  readonly #sinceMs: number;
  readonly #untilMs: number;
  readonly #values: Record<string, SQLInputValue>;
  readonly #plain: StatementSync;
  readonly #timed: StatementSync;

  constructor(db: DatabaseSync, filter: LogFilter) {
    this.#descending = filter.order === "desc";
    this.#sinceMs = filter.sinceMs ?? Number.MIN_SAFE_INTEGER;
    this.#untilMs = filter.untilMs ?? Number.MAX_SAFE_INTEGER;
    this.#values = {};
    let conditions = "";
    for (const [name, column] of EQUALITIES) {
      const value = filter[name];
      if (value === undefined) continue;
      conditions += ` AND ${column} = :${name}`;
      this.#values[name] = value;
    }
    const { receivedSinceMs, receivedUntilMs } = filter;
    if (receivedSinceMs !== undefined) {
      conditions += " AND received_at >= :receivedSince";
      this.#values.receivedSince = receivedSinceMs;
    }
    if (receivedUntilMs !== undefined) {
      conditions += " AND received_at < :receivedUntil";
      this.#values.receivedUntil = receivedUntilMs;
    }
    const select = (more: string): StatementSync => {
      const statement = db.prepare(`
        SELECT ${COLUMNS} FROM ${MESSAGE_TABLE} WHERE id BETWEEN :first AND :last ${conditions} ${more}
        ORDER BY id ${this.#descending ? "DESC" : "ASC"} LIMIT :limit`);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#plain = select("");
    this.#timed = select(OUTSIDE_BY_SQL);
  }

  /** The rows of one range, at most `pageSize` read at a time. */
  *rows(range: IdRange, pageSize: number): Generator<StoredMessage> {
    let { first, last } = range;
    while (first <= last) {
      const { rows: page, full } = this.#page(first, last, pageSize, range.checkTime);
      for (const message of page) {
        if (message.tsMs >= this.#sinceMs && message.tsMs < this.#untilMs) yield message;
      }
      const end = page.at(-1);
      if (end === undefined || (page.length < pageSize && !full)) return;
      if (this.#descending) last = end.id - 1;
      else first = end.id + 1;
    }
  }

  #page(first: number, last: number, limit: number, checkTime: boolean): RowPage<StoredMessage> {
    const values = { ...this.#values, first, last, limit };
    const rows = checkTime
      ? this.#timed.iterate({ ...values, since: this.#sinceMs, until: this.#untilMs })
      : this.#plain.iterate(values);
    // With setReturnArrays the rows are arrays, which the types of node:sqlite don't say.
    const page = takePage(rows as unknown as Iterable<RowValues>, ([, ts, topic, payload]) => {
      return ts.length + topic.length + payload.length;
    });
    return { rows: page.rows.map(toMessage), full: page.full };
  }
}

type Text = string | null;
type Int = number | null;
type RowValues = readonly [
  ...[id: number, ts: string, topic: string, payload: string, receivedAt: number],
  ...[qos: Int, retain: Int, version: number, boot: Text, seq: Int, flags: number],
  ...[site: Text, line: Text, step: Text, machine: Text, type: Text, batchId: Text],
];

function toMessage(row: RowValues): StoredMessage {
  const [id, ts, topic, payload, receivedAt, qos, retain, version, boot, seq, flags, ...levels] = row;
  const [site, line, step, machine, type, batchId] = levels;
  return {
    id,
    ts,
    tsMs: eventMs(ts, receivedAt),
    topic,
    site,
    line,
    step,
    machine,
    type: type !== null && isMessageType(type) ? type : null,
    payload,
    receivedAt,
    qos,
    retain: retain === null ? null : retain !== 0,
    version,
    boot,
    seq,
    flags,
    batchId,
  };
}
