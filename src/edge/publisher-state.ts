import type { Publisher } from "../contract/identity.ts";
import type { Receipt } from "../contract/receipt.ts";
import type { SeqRange } from "../sequence/seq-range.ts";
import { SeqSet } from "../sequence/seq-set.ts";
import { LossWatch } from "./loss-watch.ts";
import { ReceiptCoverage, type ReceiptOutcome } from "./receipt-coverage.ts";
import { Recovery, type RecoveryTiming } from "./recovery.ts";
import { RefillRequests } from "./refill-requests.ts";
import { RetransmissionTimeout } from "./retransmission-timeout.ts";

/** What to read from the outbox and send: messages from … to, at most `limit` of them. */
export interface ReadOrder {
  /** Sent before and to be sent again; a portion of a recovery; never sent. */
  readonly kind: "again" | "recovery" | "first";
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** What a receipt changes, and which numbers are lost: it asks for them and they are gone here. */
export type ReceiptEffect =
  | (Extract<ReceiptOutcome, { kind: "taken" }> & { readonly lost: readonly SeqRange[] })
  | { readonly kind: "ignored"; readonly why: "backwards" | "impossible" };

/**
 * One publisher's numbers (machine and boot) between outbox, broker and data center: what is to be sent, and what
 * may be forgotten. The rule that everything rests on: only a receipt makes a number forgettable; the broker's
 * PUBACK just makes room in the window.
 *
 * Pure: no I/O, time is passed in. It holds ranges and the window of messages in flight, never the messages, so a
 * million that wait cost as much as ten.
 */
export class PublisherState {
  readonly publisher: Publisher;
  /** Numbered by this process: then a receipt can't speak of numbers beyond the highest. */
  readonly own: boolean;
  readonly #coverage = new ReceiptCoverage();
  readonly #timeout: RetransmissionTimeout;
  readonly #recovery: Recovery;
  readonly #refills: RefillRequests;
  /** Numbers to be sent again now. */
  readonly #again = new SeqSet();
  /** Numbers that aren't held any more though no receipt covers them. */
  readonly #gone = new SeqSet();
  readonly #losses: LossWatch;
  /** Sent at QoS 1 on this connection, PUBACK not received. */
  readonly #inFlight = new Set<number>();
  /** Handed over out of order while a read was under way that may not have seen them. */
  readonly #sinceRead = new SeqSet();
  /** Numbers where a durable message follows telemetry: behind each there may be a gap one day. */
  readonly #seams: number[] = [];
  #afterTelemetry = false;
  #highest: number;
  /** Everything held up to here was sent at least once. */
  #sentTo = 0;
  #connected = false;

  /** @param leftover the highest number held of a publisher that an earlier process left behind */
  constructor(publisher: Publisher, timing: RecoveryTiming, own: boolean, leftover = 0) {
    this.publisher = publisher;
    this.own = own;
    this.#timeout = new RetransmissionTimeout(timing);
    this.#recovery = new Recovery(this.#timeout);
    this.#refills = new RefillRequests(this.#timeout);
    this.#losses = new LossWatch(own, leftover);
    this.#highest = leftover;
  }

  /** The highest number handed over. */
  get highest(): number {
    return this.#highest;
  }

  /** Messages sent at QoS 1 that the broker has not answered. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Whether everything handed over was sent at least once. */
  get allSent(): boolean {
    return this.#sentTo >= this.#highest;
  }

  /** Whether the next message can go out right away without overtaking another. */
  get live(): boolean {
    return this.#connected && this.allSent && this.#again.first === undefined;
  }

  /** Whether nothing is left to do for it: all sent, all covered or gone. */
  get finished(): boolean {
    return this.allSent && this.#again.first === undefined && this.#floor() > this.#sentTo;
  }

  /**
   * How many separate gaps this publisher could be left with, were all of its telemetry lost now. A receipt lists
   * at most RECEIPT_LIST_LIMIT of them and can't speak of what comes after.
   */
  get possibleGaps(): number {
    return this.#seams.length + this.#gone.ranges.length;
  }

  /** A message is in the outbox. False when the data center has it already, so that it can go again. */
  handedOver(seq: number, durable: boolean): boolean {
    if (durable && this.#afterTelemetry) this.#seams.push(seq);
    this.#afterTelemetry = !durable;
    this.#gone.delete(seq);
    this.#losses.isBack(seq);
    if (seq > this.#highest) {
      this.#highest = seq;
    } else {
      this.#sinceRead.add(seq);
      if (seq <= this.#sentTo) this.#again.add(seq);
    }
    return !this.#coverage.covers(seq);
  }

  connected(now: number): void {
    this.#connected = true;
    this.#refills.forget();
    if (this.#floor() <= this.#sentTo) this.#recovery.begin(now, this.#floor(), this.#sentTo);
  }

  disconnected(): void {
    this.#connected = false;
    for (const seq of this.#inFlight) if (!this.#coverage.covers(seq)) this.#again.add(seq);
    this.#inFlight.clear();
    this.#timeout.interrupt();
    this.#recovery.interrupt();
  }

  /** What to read next, or undefined when nothing is to be sent. */
  nextRead(limit: number): ReadOrder | undefined {
    this.#sinceRead.clear();
    if (!this.#connected) return undefined;
    const again = this.#again.first;
    if (again !== undefined) return { kind: "again", from: again[0], to: again[1], limit };
    const { probe } = this.#recovery;
    if (probe !== undefined) {
      return { kind: "recovery", from: probe.from, to: probe.to, limit: Math.min(limit, probe.left) };
    }
    if (this.allSent) return undefined;
    return { kind: "first", from: this.#sentTo + 1, to: this.#highest, limit };
  }

  /** Whether a message that was read is still to be sent: not covered meanwhile, not on its way. */
  wants(seq: number, kind: ReadOrder["kind"]): boolean {
    if (this.#coverage.covers(seq) || this.#inFlight.has(seq)) return false;
    return kind !== "recovery" || !this.#refills.justSent(seq);
  }

  /** A message went out. */
  sent(seq: number, qos: number, now: number): void {
    this.#losses.holds(seq);
    if (qos > 0) this.#inFlight.add(seq);
    if (seq <= this.#sentTo) this.#refills.sentAgain(seq, now);
    this.#timeout.sent(seq, now);
    this.#recovery.awaiting(now);
  }

  /** A message went out right after it was handed over ({@link live}). */
  sentLive(seq: number, qos: number, now: number): void {
    this.sent(seq, qos, now);
    this.#sentTo = Math.max(this.#sentTo, seq);
  }

  /**
   * A read was worked off up to `through`; `present` are the numbers that were there, ascending. What was not there
   * is gone; returned is what is thereby lost: the data center asks for it.
   */
  scanned(order: ReadOrder, through: number, present: readonly number[]): readonly SeqRange[] {
    const absent = this.#coverage.uncovered(order.from, through);
    for (const seq of present) absent.delete(seq);
    const late = new SeqSet(this.#sinceRead.ranges).within(order.from, through);
    absent.deleteAll(late.ranges);
    if (order.kind === "again") this.#again.delete(order.from, through);
    else if (order.kind === "recovery") this.#recovery.probed(through, present.length);
    else this.#sentTo = Math.max(this.#sentTo, through);
    this.#again.addAll(late.ranges);
    absent.deleteAll(this.#gone.ranges);
    this.#gone.addAll(absent.ranges);
    if (absent.first !== undefined && this.#floor() > this.#sentTo) this.#recovery.settled();
    return this.#losses.due(this.#gone, this.#coverage.through);
  }

  /** The broker has answered a QoS 1 message, whatever it said. Nothing is forgotten over that. */
  answered(seq: number): void {
    this.#inFlight.delete(seq);
  }

  receipt(receipt: Receipt, now: number): ReceiptEffect {
    if (this.own && receipt.through > this.#highest) return { kind: "ignored", why: "impossible" };
    const outcome = this.#coverage.take(receipt);
    if (outcome.kind === "ignored") return outcome;
    for (const [from, to] of outcome.covered) {
      this.#again.delete(from, to);
      this.#gone.delete(from, to);
    }
    this.#losses.covered(outcome.covered);
    const lost = this.#losses.due(this.#gone, receipt.through);
    this.#gone.addAll(outcome.uncovered);
    this.#losses.told(outcome.uncovered);
    this.#timeout.arrived(outcome.covered, now);
    this.#refills.observe(now, this.#sentTo);
    this.#refills.arrived(outcome.covered);
    this.#answerMissing();
    this.#forgetSeams();
    this.#followUp(outcome.covered.length > 0, now);
    return { ...outcome, lost };
  }

  /** Time passes: what was sent and never covered by a receipt is due again. */
  tick(now: number): void {
    if (!this.#connected) return;
    this.#refills.observe(now, this.#sentTo);
    this.#answerMissing();
    const floor = this.#floor();
    if (this.#recovery.isDue(now) && floor <= this.#sentTo) this.#recovery.retry(now, floor, this.#sentTo);
  }

  #answerMissing(): void {
    const due = this.#refills.due(this.#coverage.missing);
    if (due.first === undefined) return;
    due.deleteAll(this.#gone.ranges);
    for (const seq of this.#inFlight) due.delete(seq);
    this.#again.addAll(due.ranges);
  }

  #followUp(progress: boolean, now: number): void {
    const floor = this.#floor();
    if (floor > this.#sentTo) this.#recovery.settled();
    else if (progress && this.#connected) this.#recovery.progressed(now, floor);
  }

  #forgetSeams(): void {
    const floor = this.#floor();
    let known = 0;
    while ((this.#seams[known] ?? floor) < floor) known++;
    this.#seams.splice(0, known);
  }

  /** The lowest number that is held here, as far as known, and not covered by a receipt. */
  #floor(): number {
    const { missing, through } = this.#coverage;
    for (const [from, to] of missing.ranges) {
      const free = this.#firstHeld(from);
      if (free <= to) return free;
    }
    return this.#firstHeld(through + 1);
  }

  /** The first number from `seq` on that isn't gone. */
  #firstHeld(seq: number): number {
    let held = seq;
    for (const [from, to] of this.#gone.within(seq, Number.MAX_SAFE_INTEGER).ranges) {
      if (from > held) return held;
      held = to + 1;
    }
    return held;
  }
}
