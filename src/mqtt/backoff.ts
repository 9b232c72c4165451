/** Bounds of the pauses between attempts to connect, milliseconds. */
export interface RetryLimits {
  /** Upper bound of the first pause; it doubles with every attempt. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Exponential backoff with full jitter: each pause is anything between nothing and a bound that doubles. When a
 * broker comes back, a factory's machines must not all knock in the same instant.
 */
export class Backoff {
  readonly #limits: RetryLimits;
  readonly #random: () => number;
  #attempts = 0;

  /** @param random gives a number from 0 to below 1. */
  constructor(limits: RetryLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** The next pause, in whole milliseconds. */
  next(): number {
    const bound = Math.min(this.#limits.longestMs, this.#limits.firstMs * 2 ** this.#attempts);
    if (bound < this.#limits.longestMs) this.#attempts++;
    return Math.round(this.#random() * bound);
  }

  /** Begins again with the first pause: the last attempt has held. */
  reset(): void {
    this.#attempts = 0;
  }
}
