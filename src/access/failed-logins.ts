const WINDOW_MS = 60_000;
/** Addresses that are remembered; beyond that the ones remembered longest are forgotten. */
const ADDRESSES = 10_000;

interface Attempts {
  failures: number;
  readonly since: number;
}

/** Counts wrong passwords per address, so that nobody can try them by the thousand. */
export class FailedLogins {
  readonly #limit: number;
  readonly #attempts = new Map<string, Attempts>();

  /** @param limit wrong passwords from one address within a minute */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the address has to wait; `now` in milliseconds. */
  blocked(address: string, now: number): boolean {
    const attempts = this.#attempts.get(address);
    if (attempts === undefined) return false;
    if (now - attempts.since < WINDOW_MS) return attempts.failures >= this.#limit;
    this.#attempts.delete(address);
    return false;
  }

  failed(address: string, now: number): void {
    const attempts = this.#attempts.get(address);
    if (attempts !== undefined && now - attempts.since < WINDOW_MS) {
      attempts.failures++;
      return;
    }
    this.#attempts.delete(address);
    const oldest = this.#attempts.keys().next();
    if (this.#attempts.size >= ADDRESSES && !oldest.done) this.#attempts.delete(oldest.value);
    this.#attempts.set(address, { failures: 1, since: now });
  }
}
