import type { SeqRange } from "../sequence/seq-range.ts";
import { SeqSet } from "../sequence/seq-set.ts";
import type { RecoveryTiming } from "./recovery.ts";

/**
 * A number that a receipt calls missing may just have been overtaken: telemetry at QoS 0 passes alarms that wait for
 * the broker's window. It counts as missing when it was sent at least this long before, milliseconds.
 */
const SETTLE_MS = 500;

/**
 * Which missing numbers to send again. Receipts repeat what is missing several times a second, faster than a
 * message that was sent again can show in one: each number is answered once, and again only after a time without
 * success that doubles. Pure: time is passed in.
 */
export class RefillRequests {
  readonly #timing: RecoveryTiming;
  readonly #answered = new SeqSet();
  #answeredSince = 0;
  #delayMs: number;
  /** Everything up to here was sent at least SETTLE_MS ago. */
  #settledTo = 0;
  #sample = 0;
  #sampledAt = Number.NEGATIVE_INFINITY;

  constructor(timing: RecoveryTiming) {
    this.#timing = timing;
    this.#delayMs = timing.receiptTimeoutMs;
  }

  /** Notes how far the first sending has come; called every now and then. */
  observe(now: number, sentTo: number): void {
    if (now - this.#sampledAt >= SETTLE_MS) {
      this.#settledTo = this.#sample;
      this.#sample = sentTo;
      this.#sampledAt = now;
    }
    const delayMs = Math.max(this.#delayMs, this.#timing.receiptTimeoutMs);
    if (this.#answered.first !== undefined && now - this.#answeredSince >= delayMs) {
      this.#answered.clear();
      this.#delayMs = Math.min(delayMs * 2, this.#timing.longestReceiptTimeoutMs);
    }
  }

  /** The missing numbers that are to be sent again now. */
  due(missing: SeqSet): SeqSet {
    const due = missing.within(1, this.#settledTo);
    due.deleteAll(this.#answered.ranges);
    return due;
  }

  /** Whether a number was sent again so shortly before that it must have time to show in a receipt. */
  justSent(seq: number): boolean {
    return this.#answered.has(seq);
  }

  /** A number was sent again, for whatever reason. */
  sentAgain(seq: number, now: number): void {
    if (this.#answered.first === undefined) this.#answeredSince = now;
    this.#answered.add(seq);
  }

  /** Numbers have arrived: sending again works. */
  arrived(covered: readonly SeqRange[]): void {
    const before = this.#answered.first === undefined ? 0 : this.#answered.count;
    if (before === 0) return;
    this.#answered.deleteAll(covered);
    if (this.#answered.count < before) this.#delayMs = this.#timing.receiptTimeoutMs;
  }

  /** A new connection: what was sent on the old one may not have got through. */
  forget(): void {
    this.#answered.clear();
  }
}
