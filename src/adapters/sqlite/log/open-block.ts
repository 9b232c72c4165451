import { batchKey, publisherKey, topicKey } from "./block.ts";

/** What the index needs to know of a message. */
export interface IndexedMessage {
  readonly topic: { readonly topic: string; readonly machineKey: string | null };
  readonly boot: string | null;
  readonly seq: number | null;
  readonly batchId: string | null;
  readonly receivedAt: number;
  readonly tsMs: number;
}

/** A key of a block; for a publisher with the lowest and highest number it has there. */
export interface BlockKey {
  readonly key: string;
  readonly minSeq: number | null;
  readonly maxSeq: number | null;
}

interface SeqSpan {
  min: number;
  max: number;
}

/** A block that is being filled: what its index entry will say. Runs once per message, so it allocates nothing. */
export class OpenBlock {
  readonly block: number;
  rows = 0;
  /** CRC-32 over time stamp, topic and payload of its rows, in the order of their ids. */
  crc = 0;
  minReceivedAt = Number.POSITIVE_INFINITY;
  maxReceivedAt = Number.NEGATIVE_INFINITY;
  minEventMs = Number.POSITIVE_INFINITY;
  maxEventMs = Number.NEGATIVE_INFINITY;
  readonly #topics = new Set<string>();
  readonly #batches = new Set<string>();
  readonly #publishers = new Map<string, Map<string, SeqSpan>>();

  constructor(block: number) {
    this.block = block;
  }

  add(message: IndexedMessage): void {
    const { topic, boot, seq, batchId, receivedAt, tsMs } = message;
    this.rows++;
    this.#topics.add(topic.topic);
    if (batchId !== null) this.#batches.add(batchId);
    if (receivedAt < this.minReceivedAt) this.minReceivedAt = receivedAt;
    if (receivedAt > this.maxReceivedAt) this.maxReceivedAt = receivedAt;
    if (tsMs < this.minEventMs) this.minEventMs = tsMs;
    if (tsMs > this.maxEventMs) this.maxEventMs = tsMs;
    if (boot !== null && seq !== null && topic.machineKey !== null) this.#number(topic.machineKey, boot, seq);
  }

  /** Every key that occurs in the block, in the order of the index. */
  keys(): BlockKey[] {
    const keys: BlockKey[] = [];
    for (const topic of this.#topics) keys.push({ key: topicKey(topic), minSeq: null, maxSeq: null });
    for (const batch of this.#batches) keys.push({ key: batchKey(batch), minSeq: null, maxSeq: null });
    for (const [machine, boots] of this.#publishers) {
      for (const [boot, { min, max }] of boots)
        keys.push({ key: publisherKey(machine, boot), minSeq: min, maxSeq: max });
    }
    return keys.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #number(machine: string, boot: string, seq: number): void {
    let boots = this.#publishers.get(machine);
    if (boots === undefined) {
      boots = new Map();
      this.#publishers.set(machine, boots);
    }
    const span = boots.get(boot);
    if (span === undefined) boots.set(boot, { min: seq, max: seq });
    else if (seq > span.max) span.max = seq;
    else if (seq < span.min) span.min = seq;
  }
}
