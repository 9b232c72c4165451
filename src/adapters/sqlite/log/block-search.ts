import type { DatabaseSync, StatementSync } from "node:sqlite";
import { UP_ROOT } from "../../../contract/topic.ts";
import type { LogFilter } from "../../../log/log-reading.ts";
import { batchKey, topicKey } from "./block.ts";

/** A closed block that may hold what is asked for. */
export interface CandidateBlock {
  readonly block: number;
  /** The event times of its rows, milliseconds since 1970. */
  readonly minEventMs: number;
  readonly maxEventMs: number;
}

/** Looks candidates up in a range of blocks, ascending. */
export type BlockLookup = (firstBlock: number, lastBlock: number) => CandidateBlock[];

const LEVELS = ["site", "line", "step", "machine", "type"] as const;

/** Blocks that have one of the keys, in both tables of the index; a key is looked up block by block in the recent one. */
const BLOCKS_WITH = (keys: string): string => `
  SELECT block FROM block_keys WHERE key IN (SELECT value FROM json_each(${keys})) AND block BETWEEN :first AND :last
  UNION ALL
  SELECT block FROM block_keys_recent WHERE block BETWEEN :first AND :last AND key IN (SELECT value FROM json_each(${keys}))`;

/**
 * Chooses the blocks of the log that a filter's rows can be in, from the index alone: those that have a topic that
 * fits, and the batch, and event times in the range.
 */
export class BlockSearch {
  readonly #db: DatabaseSync;
  readonly #topics: StatementSync;
  readonly #lookups = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    // Goes from topic to topic in the index, however many blocks each one is in.
    this.#topics = db.prepare(`
      WITH RECURSIVE found (key) AS (
        SELECT min(key) FROM block_keys WHERE key >= :low AND key < :high
        UNION ALL
        SELECT (SELECT min(key) FROM block_keys WHERE key > found.key AND key < :high) FROM found
        WHERE found.key IS NOT NULL
      )
      SELECT key FROM found WHERE key IS NOT NULL
      UNION
      SELECT key FROM block_keys_recent WHERE key >= :low AND key < :high`);
  }

  /** Prepares the lookup for a filter. */
  lookup(filter: LogFilter): BlockLookup {
    const topics = this.#topicKeys(filter);
    const { batchId, sinceMs = Number.MIN_SAFE_INTEGER, untilMs = Number.MAX_SAFE_INTEGER } = filter;
    const { receivedSinceMs = Number.MIN_SAFE_INTEGER, receivedUntilMs = Number.MAX_SAFE_INTEGER } = filter;
    const statement = this.#statement(topics !== undefined, batchId !== undefined);
    const constant = {
      since: sinceMs,
      until: untilMs,
      receivedSince: receivedSinceMs,
      receivedUntil: receivedUntilMs,
      ...(topics === undefined ? {} : { topics: JSON.stringify(topics) }),
      ...(batchId === undefined ? {} : { batches: JSON.stringify([batchKey(batchId)]) }),
    };
    return (first, last) =>
      statement.all({ ...constant, first, last }).map((row) => ({
        block: Number(row.block),
        minEventMs: Number(row.min_event_ms),
        maxEventMs: Number(row.max_event_ms),
      }));
  }

  /** The keys of the topics that fit, or undefined when every topic does. */
  #topicKeys(filter: LogFilter): string[] | undefined {
    const levels = LEVELS.map((name) => filter[name]);
    if (levels.every((level) => level === undefined)) return undefined;
    if (levels.every((level) => level !== undefined)) return [topicKey([UP_ROOT, ...levels].join("/"))];
    const known = levels.slice(0, levels.indexOf(undefined));
    const prefix = topicKey([UP_ROOT, ...known].join("/"));
    // "0" is the character after "/": the range is every key that begins with the prefix and a slash.
    const keys = this.#topics.all({ low: `${prefix}/`, high: `${prefix}0` }).map((row) => String(row.key));
    return keys.filter((key) => {
      const found = key.split("/");
      return levels.every((level, index) => level === undefined || level === found[index + 1]);
    });
  }

  #statement(byTopic: boolean, byBatch: boolean): StatementSync {
    const name = `${byTopic} ${byBatch}`;
    const known = this.#lookups.get(name);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(`
      SELECT block, min_event_ms, max_event_ms FROM log_blocks
      WHERE block BETWEEN :first AND :last AND max_event_ms >= :since AND min_event_ms < :until
        AND max_received_at >= :receivedSince AND min_received_at < :receivedUntil
      ${byTopic ? `AND block IN (${BLOCKS_WITH(":topics")})` : ""}
      ${byBatch ? `AND block IN (${BLOCKS_WITH(":batches")})` : ""}
      ORDER BY block`);
    this.#lookups.set(name, statement);
    return statement;
  }
}
