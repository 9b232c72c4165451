import type { SeqRange } from "../sequence/seq-range.ts";
import type { RecoveryTiming } from "./recovery.ts";

/** How much of a new measurement goes into the estimate. */
const WEIGHT = 1 / 4;
/** So many times the usual way, before a message counts as lost. */
const MARGIN = 2;

/**
 * How long to wait before something is sent again: as long as it was set, or twice as long as the way there and back
 * takes, if that is longer. Where a broker has a queue of minutes, whoever sends again after ten seconds makes the queue
 * longer with every message that is in it already, until nothing new gets through any more. The way is measured on one
 * message at a time, from its first sending on: what is lost meanwhile makes the estimate longer, never shorter. Pure.
 */
export class RetransmissionTimeout implements RecoveryTiming {
  readonly #timing: RecoveryTiming;
  #wayMs = 0;
  #measured: { readonly seq: number; readonly since: number } | undefined;

  constructor(timing: RecoveryTiming) {
    this.#timing = timing;
  }

  get receiptTimeoutMs(): number {
    return Math.max(this.#timing.receiptTimeoutMs, MARGIN * this.#wayMs);
  }

  get longestReceiptTimeoutMs(): number {
    return Math.max(this.#timing.longestReceiptTimeoutMs, MARGIN * this.#wayMs);
  }

  /** A message went out. */
  sent(seq: number, now: number): void {
    this.#measured ??= { seq, since: now };
  }

  /** A receipt has newly covered these. */
  arrived(covered: readonly SeqRange[], now: number): void {
    const measured = this.#measured;
    if (measured === undefined) return;
    if (!covered.some(([from, to]) => from <= measured.seq && measured.seq <= to)) return;
    this.#wayMs += (now - measured.since - this.#wayMs) * WEIGHT;
    this.#measured = undefined;
  }

  /** The connection is gone: the next one may have a shorter way, and what was measured may be lost. */
  interrupt(): void {
    this.#wayMs = 0;
    this.#measured = undefined;
  }
}
