import type { DatabaseSync } from "node:sqlite";
import { BLOCK_ROWS, firstIdOf, lastIdOf } from "./block.ts";
import { OpenBlock } from "./open-block.ts";
import { rowChecksum, type StoredRow, type StoredRows } from "./stored-rows.ts";

/** What the index says of a closed block. */
export interface BlockEntry {
  readonly rows: number;
  readonly crc: number;
  readonly minReceivedAt: number;
  readonly maxReceivedAt: number;
  readonly minEventMs: number;
  readonly maxEventMs: number;
}

/** A block as its rows give it, as far as they go up to `lastId`. */
export function readBlock(rows: StoredRows, block: number, lastId: number): OpenBlock {
  const result = new OpenBlock(block);
  const last = Math.min(lastId, lastIdOf(block));
  for (let after = firstIdOf(block) - 1; after < last; ) {
    const page = rows.page(after, last, BLOCK_ROWS);
    for (const row of page) addRow(result, row);
    after = page.at(-1)?.id ?? last;
  }
  return result;
}

/** Adds a row that was read to the block it belongs to. */
export function addRow(block: OpenBlock, row: StoredRow): void {
  block.add(row);
  block.crc = rowChecksum(row.ts + row.topic.topic + row.payload, block.crc);
}

/** The index entry of a block, or undefined while the block is open. */
export function readBlockEntry(db: DatabaseSync, block: number): BlockEntry | undefined {
  const row = db.prepare("SELECT * FROM log_blocks WHERE block = ?").get(block);
  if (row === undefined) return undefined;
  return {
    rows: Number(row.rows),
    crc: Number(row.crc),
    minReceivedAt: Number(row.min_received_at),
    maxReceivedAt: Number(row.max_received_at),
    minEventMs: Number(row.min_event_ms),
    maxEventMs: Number(row.max_event_ms),
  };
}

/** What is wrong with the rows of a block, by its index entry; undefined when nothing is. */
export function contentFault(entry: BlockEntry, found: OpenBlock): string | undefined {
  if (entry.rows !== found.rows)
    return `block ${found.block} has ${found.rows} rows instead of ${entry.rows}`;
  if (entry.crc !== found.crc)
    return `the rows of block ${found.block} have another checksum than when they were stored`;
  return undefined;
}
