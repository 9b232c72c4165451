import type { Vqt } from "./vqt.ts";

/** What a subscriber is told of one object. */
export interface ObjectUpdate extends Vqt {
  readonly elementId: string;
  readonly components?: Readonly<Record<string, Vqt>>;
}

/** What changed at one time, under a number of its own. */
export interface UpdateBatch {
  readonly sequenceNumber: number;
  readonly updates: readonly ObjectUpdate[];
}

/** How much of what nobody fetches is kept for one subscriber. */
export interface QueueLimits {
  readonly updates: number;
  readonly bytes: number;
}

/** Updates that wait for one subscriber, oldest first; when there are too many, the oldest go, and that is said once. */
export class UpdateQueue {
  readonly #limits: QueueLimits;
  #batches: (UpdateBatch & { readonly bytes: number })[] = [];
  #lastNumber = 0;
  #updates = 0;
  #bytes = 0;
  #dropped = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  push(updates: readonly ObjectUpdate[], bytes: number): void {
    if (updates.length === 0) return;
    this.#batches.push({ sequenceNumber: ++this.#lastNumber, updates, bytes });
    this.#updates += updates.length;
    this.#bytes += bytes;
    let gone = 0;
    while (this.#updates > this.#limits.updates || this.#bytes > this.#limits.bytes) {
      const oldest = this.#batches[gone];
      if (oldest === undefined) break;
      this.#forget(oldest);
      gone++;
    }
    if (gone === 0) return;
    this.#batches = this.#batches.slice(gone);
    this.#dropped = true;
  }

  /** Forgets what was received: all up to a number, everything for -1, nothing for what was never given out. */
  acknowledge(through: unknown): void {
    if (through === -1) {
      this.#batches = [];
      this.#updates = 0;
      this.#bytes = 0;
      return;
    }
    if (typeof through !== "number" || !Number.isSafeInteger(through)) return;
    if (through < 1 || through > this.#lastNumber) return;
    for (const batch of this.#batches) if (batch.sequenceNumber <= through) this.#forget(batch);
    this.#batches = this.#batches.filter(({ sequenceNumber }) => sequenceNumber > through);
  }

  batches(): readonly UpdateBatch[] {
    return this.#batches.map(({ sequenceNumber, updates }) => ({ sequenceNumber, updates }));
  }

  /** Takes out everything: of a stream nothing is acknowledged. */
  takeAll(): readonly ObjectUpdate[] {
    const all = this.#batches.flatMap(({ updates }) => updates);
    this.acknowledge(-1);
    return all;
  }

  /** Whether something was dropped since this was asked the last time. */
  takeDropped(): boolean {
    const dropped = this.#dropped;
    this.#dropped = false;
    return dropped;
  }

  #forget({ updates, bytes }: { readonly updates: readonly ObjectUpdate[]; readonly bytes: number }): void {
    this.#updates -= updates.length;
    this.#bytes -= bytes;
  }
}
