/**
 * Ids per block of the log: the granularity of its index. Larger blocks cost less to write and more to read: a
 * query scans whole blocks (4096 rows in 1 to 4 ms) however few of their rows it wants.
 */
export const BLOCK_ROWS = 4096;

/** The block that an id falls into. */
export function blockOf(id: number): number {
  return Math.floor((id - 1) / BLOCK_ROWS);
}

/** The lowest id that falls into a block. */
export function firstIdOf(block: number): number {
  return block * BLOCK_ROWS + 1;
}

/** The highest id that falls into a block. */
export function lastIdOf(block: number): number {
  return (block + 1) * BLOCK_ROWS;
}

/** The index key of a topic's messages; keys of one kind begin with a letter of their own. */
export function topicKey(topic: string): string {
  return `t${topic}`;
}

/** The index key of a batch's messages. */
export function batchKey(batchId: string): string {
  return `b${batchId}`;
}

/** The index key of one start of a publisher: machine key and boot. */
export function publisherKey(machine: string, boot: string): string {
  return `p${machine} ${boot}`;
}
