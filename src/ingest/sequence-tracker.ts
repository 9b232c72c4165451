import type { Publisher } from "../contract/identity.ts";
import { RECEIPT_LIST_LIMIT, type Receipt } from "../contract/receipt.ts";
import type { SequenceState } from "../log/sequence-state.ts";
import type { SeqRange } from "../sequence/seq-range.ts";
import { SeqSet } from "../sequence/seq-set.ts";
import { GapBudget } from "./gap-budget.ts";

/**
 * The most separate gaps kept per publisher. An honest publisher has a handful; one that numbers at random would
 * otherwise grow the list without bound. Past it a message that would open another gap goes to quarantine.
 */
export const MAX_GAPS = 4096;

/** What a number is, seen from what came before. */
export type SequenceVerdict =
  /** Never seen: the next one, or one that opens a gap. */
  | "new"
  /** Was missing, now here. */
  | "late"
  /** Seen before: a duplicate or a conflict, which only the bytes can tell. */
  | "seen"
  /** Would open more gaps than are kept. */
  | "untrackable";

/** Follows the numbers of one publisher (machine and boot). Pure: no clock, no storage. */
export class SequenceTracker {
  readonly publisher: Publisher;
  readonly #budget: GapBudget;
  #highest: number;
  readonly #missing: SeqSet;
  /** The gaps as states have them, until they change: a publisher that has many is heard more often than it gaps. */
  #sharedMissing: readonly SeqRange[] | undefined;
  #stored: number;
  #quarantined: number;
  #quarantinedSeqs: number[];
  #duplicates: number;
  #refilled: number;
  #clockSkewMs: number;
  #firstSeenAt: number;
  #lastSeenAt: number;

  /** @param budget what publishers share; it knows already of the gaps that were saved */
  constructor(publisher: Publisher, saved?: SequenceState, budget = new GapBudget()) {
    this.publisher = publisher;
    this.#budget = budget;
    this.#highest = saved?.highest ?? 0;
    this.#missing = new SeqSet(saved?.missing);
    this.#stored = saved?.stored ?? 0;
    this.#quarantined = saved?.quarantined ?? 0;
    this.#quarantinedSeqs = [...(saved?.quarantinedSeqs ?? [])];
    this.#duplicates = saved?.duplicates ?? 0;
    this.#refilled = saved?.refilled ?? 0;
    this.#clockSkewMs = saved?.clockSkewMs ?? 0;
    this.#firstSeenAt = saved?.firstSeenAt ?? 0;
    this.#lastSeenAt = saved?.lastSeenAt ?? 0;
  }

  /** What `seq` is now; changes nothing. */
  verdict(seq: number): SequenceVerdict {
    const gaps = this.#missing.ranges.length;
    const full = gaps >= MAX_GAPS || !this.#budget.allows(gaps);
    if (seq > this.#highest) return full && seq > this.#highest + 1 ? "untrackable" : "new";
    const gap = this.#missing.rangeOf(seq);
    if (gap === undefined) return "seen";
    // Taking a number out of a gap's middle makes two gaps of it.
    return full && seq > gap[0] && seq < gap[1] ? "untrackable" : "late";
  }

  /** Takes a number whose verdict is "new" or "late" as being in the log. */
  store(seq: number): void {
    this.#occupy(seq);
    this.#stored++;
  }

  /** Takes a number whose verdict is "new" or "late" as being in quarantine. */
  quarantine(seq: number): void {
    this.#occupy(seq);
    this.#quarantined++;
    this.#quarantinedSeqs.push(seq);
    this.#quarantinedSeqs.sort((a, b) => a - b);
    if (this.#quarantinedSeqs.length > RECEIPT_LIST_LIMIT) this.#quarantinedSeqs.shift();
  }

  /** Moves a number from quarantine to the log, after a replay. */
  release(seq: number): void {
    this.#quarantined--;
    this.#stored++;
    this.#quarantinedSeqs = this.#quarantinedSeqs.filter((held) => held !== seq);
  }

  duplicate(): void {
    this.#duplicates++;
  }

  /** Notes when the publisher was heard and how far its clock is off (milliseconds, plus is ahead). */
  heard(receivedAt: number, clockSkewMs: number): void {
    if (this.#firstSeenAt === 0) this.#firstSeenAt = receivedAt;
    this.#lastSeenAt = receivedAt;
    this.#clockSkewMs = clockSkewMs;
  }

  state(): SequenceState {
    return {
      machine: this.publisher.machine,
      boot: this.publisher.boot,
      highest: this.#highest,
      missing: this.#missingNow(),
      stored: this.#stored,
      quarantined: this.#quarantined,
      quarantinedSeqs: [...this.#quarantinedSeqs],
      duplicates: this.#duplicates,
      refilled: this.#refilled,
      clockSkewMs: this.#clockSkewMs,
      firstSeenAt: this.#firstSeenAt,
      lastSeenAt: this.#lastSeenAt,
    };
  }

  #missingNow(): readonly SeqRange[] {
    this.#sharedMissing ??= this.#missing.ranges.map(([from, to]): SeqRange => [from, to]);
    return this.#sharedMissing;
  }

  #occupy(seq: number): void {
    const gaps = this.#missing.ranges.length;
    if (seq !== this.#highest + 1) this.#sharedMissing = undefined;
    this.#place(seq);
    this.#budget.changed(gaps, this.#missing.ranges.length);
  }

  #place(seq: number): void {
    if (seq > this.#highest) {
      this.#missing.add(this.#highest + 1, seq - 1);
      this.#highest = seq;
    } else if (this.#missing.delete(seq) === 1) this.#refilled++;
    else throw new RangeError(`number ${seq} has been taken before`);
  }
}

/**
 * The receipt for a publisher's state. It lists the oldest gaps; where there are more than fit, it speaks only of
 * the numbers before the first gap that it leaves out, so that it never says more than is true.
 */
export function receiptOf(state: SequenceState, at: string): Receipt {
  const listed = state.missing.slice(0, RECEIPT_LIST_LIMIT);
  const firstUnlisted = state.missing[RECEIPT_LIST_LIMIT];
  return {
    boot: state.boot,
    through: firstUnlisted === undefined ? state.highest : firstUnlisted[0] - 1,
    missing: listed.map(([from, to]) => [from, to]),
    quarantined: [...state.quarantinedSeqs],
    at,
  };
}
