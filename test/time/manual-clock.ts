import type { Cancel, Clock } from "../../src/time/clock.ts";

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

  /** How many calls are still to come: with the machine's own clock each of them keeps the process alive. */
  get pending(): number {
    return this.#due.size;
  }

  /** Moves on by this much and runs what falls due on the way, in order of time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    while (this.#runNext(until));
    this.#now = until;
  }

  /** Lets time pass; what falls due meanwhile runs when it is due, with the promises it sets off. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    while (this.#runNext(until)) await turn();
    this.#now = until;
  }

  #runNext(until: number): boolean {
    const next = [...this.#due].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
    if (next === undefined) return false;
    this.#due.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    return true;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function turn(): Promise<void> {
  for (let count = 0; count < 3; count++) await new Promise((resolve) => setImmediate(resolve));
}
