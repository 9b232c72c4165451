import type { StatementSync } from "node:sqlite";
import { divergence, type LogPosition } from "../../../log/log-position.ts";
import type { LogFilter, LogReading, NamedInLog, StoredMessage } from "../../../log/log-reading.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { blockOf, firstIdOf, lastIdOf } from "./block.ts";
import { type BlockLookup, BlockSearch } from "./block-search.ts";
import { CommitWatch } from "./commit-watch.ts";
import { LogEnds } from "./log-ends.ts";
import { batchesOf, levelsOf } from "./names-in-log.ts";
import { openForReading, type ReadableLog } from "./open-for-reading.ts";
import { type IdRange, RowQuery } from "./row-query.ts";

/** As errors put it. */
const READING = "reading the log";
/** Rows read at a time: a page of large payloads stays in memory, and no statement is open between pages. */
const PAGE_ROWS = 256;
/** Blocks looked up at a time: few at first, because a query with a limit often ends there, then more and more. */
const FIRST_WINDOW = 16;
const LARGEST_WINDOW = 4096;

/** Reads a log from its files. */
export class LogReader implements LogReading {
  readonly #log: ReadableLog;
  readonly #search: BlockSearch;
  readonly #ends: StatementSync;
  readonly #positions: LogEnds;

  private constructor(log: ReadableLog) {
    this.#log = log;
    this.#search = new BlockSearch(log.db);
    this.#positions = new LogEnds(log.db);
    this.#ends = log.db.prepare(
      "SELECT last_id, (SELECT ifnull(max(block), -1) FROM log_blocks) AS block FROM log_totals WHERE one = 1",
    );
  }

  /** @throws ConcheError as {@link openForReading} */
  static open(folder: string): LogReader {
    return new LogReader(openForReading(folder));
  }

  end(): LogPosition {
    return this.#log.guard(READING, () => this.#positions.end());
  }

  divergence(noted: LogPosition): string | undefined {
    return this.#log.guard(READING, () =>
      divergence(noted, this.end(), (id) => this.#positions.checksum(id)),
    );
  }

  async *ends(after: LogPosition, signal: AbortSignal): AsyncGenerator<LogPosition> {
    const watch = new CommitWatch(this.#log.files.mark);
    try {
      for (let seen = after.id; !signal.aborted; ) {
        const end = this.end();
        if (end.id > seen) {
          seen = end.id;
          yield end;
        } else await watch.committed(signal);
      }
    } finally {
      watch.close();
    }
  }

  *query(filter: LogFilter): Generator<StoredMessage> {
    let wanted = filter.limit ?? Number.POSITIVE_INFINITY;
    if (wanted <= 0) return;
    try {
      const query = new RowQuery(this.#log.db, filter);
      for (const range of this.#ranges(filter)) {
        for (const message of query.rows(range, Math.min(PAGE_ROWS, wanted))) {
          yield message;
          if (--wanted === 0) return;
        }
      }
    } catch (error) {
      throw toConcheError(error, READING, this.#log.files.database);
    }
  }

  names(of: NamedInLog): string[] {
    return this.#log.guard(READING, (db) => (of === "batch" ? batchesOf(db) : levelsOf(db, of)));
  }

  close(): void {
    this.#log.close();
  }

  /** The ranges of ids to search, in the order of the query: closed blocks by the index, and the rows after them. */
  *#ranges(filter: LogFilter): Generator<IdRange> {
    const { lastId, lastBlock } = this.#readEnds();
    const first = Math.max(1, (filter.afterId ?? 0) + 1);
    const last = Math.min(lastId, (filter.beforeId ?? Number.POSITIVE_INFINITY) - 1);
    const timed = filter.sinceMs !== undefined || filter.untilMs !== undefined;
    const tail = { first: Math.max(first, lastIdOf(lastBlock) + 1), last, checkTime: timed };
    if (filter.order === "desc") yield tail;
    const lookup = this.#search.lookup(filter);
    for (const { block, minEventMs, maxEventMs } of windows(
      lookup,
      filter,
      blockOf(first),
      lastBlock,
      last,
    )) {
      const inside =
        minEventMs >= (filter.sinceMs ?? minEventMs) && maxEventMs < (filter.untilMs ?? Infinity);
      yield {
        first: Math.max(first, firstIdOf(block)),
        last: Math.min(last, lastIdOf(block)),
        checkTime: timed && !inside,
      };
    }
    if (filter.order !== "desc") yield tail;
  }

  #readEnds(): { lastId: number; lastBlock: number } {
    const row = this.#ends.get();
    return { lastId: Number(row?.last_id ?? 0), lastBlock: Number(row?.block ?? -1) };
  }
}

/** The candidate blocks from `firstBlock` up to the one of `lastId`, looked up a window at a time. */
function* windows(
  lookup: BlockLookup,
  filter: LogFilter,
  firstBlock: number,
  lastBlock: number,
  lastId: number,
): Generator<ReturnType<BlockLookup>[number]> {
  let low = firstBlock;
  let high = Math.min(lastBlock, blockOf(lastId));
  for (let size = FIRST_WINDOW; low <= high; size = Math.min(size * 2, LARGEST_WINDOW)) {
    if (filter.order === "desc") {
      yield* lookup(Math.max(low, high - size + 1), high).reverse();
      high -= size;
    } else {
      yield* lookup(low, Math.min(high, low + size - 1));
      low += size;
    }
  }
}
