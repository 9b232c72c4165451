import type { DatabaseSync, StatementSync } from "node:sqlite";
import { blockOf } from "./block.ts";
import { OpenBlock } from "./open-block.ts";
import { readBlock } from "./read-block.ts";
import { StoredRows } from "./stored-rows.ts";

/**
 * Keys that wait in `block_keys_recent` before they are moved. Keys are written in the order of blocks, which is
 * the order of the disk, and sorted in by key only this many at a time. Measured with 64 machines (330 keys a
 * block) and two million rows: 40 % of the commit's speed is lost when every block is sorted in at once (each key
 * rewrites another page), 15 % this way.
 */
const KEYS_BEFORE_MOVE = 20_000;

/**
 * Writes the sparse index of the log. The open block is kept in memory only and is read again from its rows after a
 * restart or a failed commit, so a commit that fills no block writes nothing here.
 */
export class BlockIndex {
  open: OpenBlock;
  #recentKeys: number;
  readonly #insertBlock: StatementSync;
  readonly #insertKey: StatementSync;
  readonly #moveKeys: StatementSync;
  readonly #clearRecent: StatementSync;

  /** @param lastId the highest id of the log, 0 when it is empty */
  constructor(db: DatabaseSync, lastId: number) {
    this.open = readBlock(new StoredRows(db), blockOf(lastId + 1), lastId);
    const { count } = db.prepare("SELECT count(*) AS count FROM block_keys_recent").get() as {
      count: number;
    };
    this.#recentKeys = count;
    this.#insertBlock = db.prepare("INSERT INTO log_blocks VALUES (?, ?, ?, ?, ?, ?, ?)");
    this.#insertKey = db.prepare("INSERT INTO block_keys_recent VALUES (?, ?, ?, ?)");
    this.#moveKeys = db.prepare(
      "INSERT INTO block_keys SELECT key, block, min_seq, max_seq FROM block_keys_recent ORDER BY key, block",
    );
    this.#clearRecent = db.prepare("DELETE FROM block_keys_recent");
  }

  /** Writes the entry of the open block, which gets no more rows, and begins `next`. Within a transaction. */
  close(next: number): void {
    const { open } = this;
    this.#insertBlock.run(
      open.block,
      open.rows,
      open.crc,
      open.minReceivedAt,
      open.maxReceivedAt,
      open.minEventMs,
      open.maxEventMs,
    );
    const keys = open.keys();
    for (const { key, minSeq, maxSeq } of keys) this.#insertKey.run(open.block, key, minSeq, maxSeq);
    this.#recentKeys += keys.length;
    if (this.#recentKeys >= KEYS_BEFORE_MOVE) {
      this.#moveKeys.run();
      this.#clearRecent.run();
      this.#recentKeys = 0;
    }
    this.open = new OpenBlock(next);
  }
}
