import type { Publisher } from "../contract/identity.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { SeqRange } from "../sequence/seq-range.ts";
import { SeqSet } from "../sequence/seq-set.ts";
import type { Clock } from "../time/clock.ts";
import type { EdgeEvent } from "./edge-event.ts";
import type { Holdings } from "./holdings.ts";
import type { Outbox } from "./outbox.ts";

/** What a forgetter is made of. */
export interface ForgetterDependencies {
  readonly outbox: Outbox;
  readonly holdings: Holdings;
  readonly clock: Clock;
  readonly emit: (event: EdgeEvent) => void;
  /** Something was forgotten. */
  readonly forgotten: () => void;
}

interface Due {
  readonly publisher: Publisher;
  readonly covered: SeqSet;
}

/** Pause before a deletion that failed for a reason that may pass is tried again, milliseconds. */
const RETRY_MS = 1_000;

/**
 * Takes out of the outbox what receipts cover. A receipt says so once, so what can't be deleted now (even that needs
 * room on the disk) is kept in mind; receipts that come while a deletion runs make one deletion together.
 */
export class Forgetter {
  readonly #dependencies: ForgetterDependencies;
  readonly #due = new Map<string, Due>();
  #running = false;
  #closed = false;

  constructor(dependencies: ForgetterDependencies) {
    this.#dependencies = dependencies;
  }

  forget(publisher: Publisher, covered: readonly SeqRange[]): void {
    const key = `${publisher.machine} ${publisher.boot}`;
    const due = this.#due.get(key) ?? { publisher, covered: new SeqSet() };
    due.covered.addAll(covered);
    this.#due.set(key, due);
    this.#start();
  }

  /** Forgets nothing more: what is left is sent again at the next start, and covered again. */
  close(): void {
    this.#closed = true;
  }

  #start(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (const [key, { publisher, covered }] of this.#due) {
      if (this.#closed) break;
      this.#due.delete(key);
      try {
        this.#dependencies.holdings.deleted(
          publisher,
          await this.#dependencies.outbox.delete(publisher, covered.ranges),
        );
      } catch (thrown) {
        this.#failed(thrown, publisher, covered);
        return;
      }
      this.#dependencies.forgotten();
    }
    this.#running = false;
  }

  #failed(thrown: unknown, publisher: Publisher, covered: SeqSet): void {
    const { clock, emit } = this.#dependencies;
    this.#running = false;
    if (this.#closed) return;
    if (thrown instanceof ConcheError && thrown.retryable) {
      this.#running = true;
      clock.after(RETRY_MS, () => {
        this.#running = false;
        this.forget(publisher, covered.ranges);
      });
      return;
    }
    const error = ConcheError.from(thrown, "forgetting failed");
    emit({ kind: "outbox-failed", error });
  }
}
