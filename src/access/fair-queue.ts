import { FairLines } from "./fair-lines.ts";

interface Attempt {
  readonly origin: string;
  readonly settle: (mayGo: boolean) => void;
}

/** Who waits for its turn in {@link FairLines}, each as a promise. */
export class FairQueue {
  readonly #lines: FairLines<Attempt>;

  /** @param room who may wait, of all origins together */
  constructor(room: number) {
    this.#lines = new FairLines(room);
  }

  get size(): number {
    return this.#lines.size;
  }

  /** Resolves with true when it is this one's turn, with false when it can't wait (any longer). */
  wait(origin: string): Promise<boolean> {
    return new Promise((settle) => {
      this.#lines.add(origin, { origin, settle })?.settle(false);
    });
  }

  /** The next one's turn; false where nobody waits. */
  next(): boolean {
    const attempt = this.#lines.next();
    if (attempt === undefined) return false;
    this.#lines.served(attempt.origin, attempt);
    attempt.settle(true);
    return true;
  }
}
