import type { Timer } from "../../src/ingest/timer.ts";

/** Time that stands still until the test moves it. */
export class ManualTimer implements Timer {
  #now = 0;
  readonly #due = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const due = { at: this.#now + delayMs, run };
    this.#due.add(due);
    return () => this.#due.delete(due);
  }

  /** How many calls are still to come: with the machine's own clock each of them keeps the process alive. */
  get pending(): number {
    return this.#due.size;
  }

  /** Lets time pass; what falls due meanwhile runs when it is due, with the promises it sets off. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#due].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = until;
  }
}
