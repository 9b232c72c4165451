import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../../contract/identity.ts";
import { UP_ROOT } from "../../../contract/topic.ts";
import type { SequencedPayload } from "../../../log/message-log.ts";
import { firstIdOf, lastIdOf, publisherKey } from "./block.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";

/**
 * Finds messages by publisher and number: by the blocks that have the publisher with numbers in the range, and the
 * rows of the open block. A re-sent message is mostly a recent one, so that is a block or two.
 */
export class NumberedMessages {
  readonly #blocks: StatementSync;
  readonly #rows: StatementSync;

  constructor(db: DatabaseSync) {
    // The recent keys are ordered by block, so they are looked up block by block.
    this.#blocks = db.prepare(`
      SELECT block, min_seq, max_seq FROM block_keys WHERE key = :key AND min_seq <= :last AND max_seq >= :first
      UNION ALL
      SELECT k.block, k.min_seq, k.max_seq
      FROM log_blocks b CROSS JOIN block_keys_recent k ON k.block = b.block AND k.key = :key
      WHERE b.block >= (SELECT min(block) FROM block_keys_recent) AND k.min_seq <= :last AND k.max_seq >= :first
      ORDER BY 1`);
    this.#rows = db.prepare(`
      SELECT seq, topic, payload_json FROM ${MESSAGE_TABLE}
      WHERE id BETWEEN ? AND ? AND boot = ? AND seq BETWEEN ? AND ?`);
  }

  /** @param openBlock the block whose keys aren't in the index yet */
  find(publisher: Publisher, seqs: readonly number[], openBlock: number): SequencedPayload[] {
    const wanted = [...new Set(seqs)].sort((a, b) => a - b);
    const first = wanted[0];
    const last = wanted.at(-1);
    if (first === undefined || last === undefined) return [];
    const key = publisherKey(publisher.machine, publisher.boot);
    const blocks = this.#blocks.all({ key, first, last }).map((row) => ({
      block: Number(row.block),
      min: Number(row.min_seq),
      max: Number(row.max_seq),
    }));
    blocks.push({ block: openBlock, min: first, max: last });
    const found: SequencedPayload[] = [];
    for (const { block, min, max } of blocks) {
      const inBlock = wanted.filter((seq) => seq >= min && seq <= max);
      if (inBlock.length > 0) this.#readBlock(publisher, block, inBlock, found);
    }
    return found;
  }

  /** @param wanted ascending, at least one */
  #readBlock(
    publisher: Publisher,
    block: number,
    wanted: readonly number[],
    found: SequencedPayload[],
  ): void {
    const set = new Set(wanted);
    const prefix = `${UP_ROOT}/${publisher.machine}/`;
    const [min, max] = [wanted[0] ?? 0, wanted.at(-1) ?? 0];
    for (const row of this.#rows.all(firstIdOf(block), lastIdOf(block), publisher.boot, min, max)) {
      const seq = Number(row.seq);
      const topic = String(row.topic);
      if (!set.has(seq) || !topic.startsWith(prefix)) continue;
      found.push({ seq, topic, payload: Buffer.from(String(row.payload_json), "utf8") });
    }
  }
}
