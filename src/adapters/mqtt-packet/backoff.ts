/** Bounds of the pauses between attempts, milliseconds. */
export interface BackoffLimits {
  /** Upper bound of the first pause; it doubles with every attempt. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Exponential backoff with full jitter: each pause is anything between nothing and a bound that doubles. When a
 * broker comes back, its clients must not all knock in the same instant.
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #attempts = 0;

  /** @param random gives a number from 0 to below 1. */
  constructor(limits: BackoffLimits, random: () => number) {
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
