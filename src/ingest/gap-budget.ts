/** Gaps that each publisher may have without asking: whoever numbers honestly has fewer, or closes them again. */
export const GAP_ALLOWANCE = 64;
/** Gaps beyond that, of all publishers in the log together. */
const SHARED_GAPS = 65_536;

/**
 * One budget of gaps for all publishers. A publisher is a name that anybody can make up: with a limit for each alone,
 * 200 of them that number at random took 1.3 GB, measured.
 */
export class GapBudget {
  readonly #limit: number;
  #used: number;

  /**
   * @param used gaps beyond GAP_ALLOWANCE that the publishers of the log have already
   */
  constructor(used = 0, limit = SHARED_GAPS) {
    this.#used = used;
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether a publisher with so many gaps may open another. */
  allows(gaps: number): boolean {
    return gaps < GAP_ALLOWANCE || this.#used < this.#limit;
  }

  /** A publisher had `before` gaps and now has `after`. */
  changed(before: number, after: number): void {
    this.#used += Math.max(0, after - GAP_ALLOWANCE) - Math.max(0, before - GAP_ALLOWANCE);
  }
}
