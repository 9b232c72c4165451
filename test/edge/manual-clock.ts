import type { Cancel, Clock } from "../../src/edge/clock.ts";

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Time that stands still until the test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #due = new Set<Due>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Cancel {
    const due = { at: this.#now + delayMs, run };
    this.#due.add(due);
    return () => this.#due.delete(due);
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
      await turn();
    }
    this.#now = until;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function turn(): Promise<void> {
  for (let count = 0; count < 3; count++) await new Promise((resolve) => setImmediate(resolve));
}
