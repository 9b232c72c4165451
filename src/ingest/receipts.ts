import type { MachineKey } from "../contract/topic.ts";
import { downTopic } from "../contract/topic.ts";
import type { OutgoingMessage } from "./delivery.ts";
import type { CommittedGroup, IngestObserver } from "./observer.ts";
import type { SequenceState } from "./sequence.ts";
import { receiptOf } from "./sequence-tracker.ts";

/** At most one receipt per publisher in this time, milliseconds: a fraction of a second's messages held longer. */
export const RECEIPT_INTERVAL_MS = 250;

/** What the receipts need from outside. */
export interface ReceiptParts {
  /** Hands a receipt to the broker. */
  readonly publish: (message: OutgoingMessage) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly intervalMs?: number;
}

/**
 * Tells publishers what is on disk: after commits, never before, and at a bounded rate. A receipt that can't be
 * handed over is not kept: the next one says the same and more, and one is due whenever the publisher speaks.
 */
export class ReceiptScheduler implements IngestObserver {
  readonly #parts: ReceiptParts;
  readonly #intervalMs: number;
  /** Publishers that changed since their last receipt; the newest state of each. */
  readonly #due = new Map<string, SequenceState>();
  /** The newest boot of each machine: only its receipt is retained. */
  readonly #newestBoot = new Map<MachineKey, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ReceiptParts) {
    this.#parts = parts;
    this.#intervalMs = parts.intervalMs ?? RECEIPT_INTERVAL_MS;
  }

  committed(group: CommittedGroup): void {
    for (const state of group.sequences) this.#due.set(`${state.machine} ${state.boot}`, state);
    if (this.#due.size > 0 && this.#timer === undefined) {
      this.#timer = setTimeout(() => void this.flush(), this.#intervalMs);
    }
  }

  commitFailed(): void {
    // Nothing became durable, so there is nothing to tell.
  }

  /** Publishes what is due now (at shutdown: so that publishers know what the last commit covered). */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const states = [...this.#due.values()];
    this.#due.clear();
    const at = new Date(this.#parts.now()).toISOString();
    await Promise.allSettled(
      states.map((state) =>
        this.#parts.publish({
          topic: downTopic(state.machine, "receipt"),
          payload: JSON.stringify(receiptOf(state, at)),
          retain: this.#isNewest(state),
        }),
      ),
    );
  }

  /** Publishers look only at receipts of their own boot, so the retained one must be of the latest. */
  #isNewest(state: SequenceState): boolean {
    const newest = this.#newestBoot.get(state.machine);
    if (newest !== undefined && newest > state.boot) return false;
    this.#newestBoot.set(state.machine, state.boot);
    return true;
  }
}
