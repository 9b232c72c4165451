import type { Receipt } from "../contract/receipt.ts";
import type { SeqRange } from "../sequence/seq-range.ts";
import { SeqSet } from "../sequence/seq-set.ts";

/** Which numbers a receipt says are on disk, or no longer, that the one before didn't; or why it says nothing. */
export type ReceiptOutcome =
  | {
      readonly kind: "taken";
      /** Numbers that are at the data center now and were not before: what may be forgotten. */
      readonly covered: readonly SeqRange[];
      /** Of these, the ones that it put into quarantine. */
      readonly quarantined: readonly number[];
      /** Numbers that it had and has no longer: it was restored from an older backup. They were forgotten here. */
      readonly uncovered: readonly SeqRange[];
    }
  | { readonly kind: "ignored"; readonly why: "backwards" };

/** What the data center has said about one publisher's numbers. Pure. */
export class ReceiptCoverage {
  #through = 0;
  #missing = new SeqSet();

  /** The highest number a receipt has spoken of. */
  get through(): number {
    return this.#through;
  }

  get missing(): SeqSet {
    return this.#missing;
  }

  /** Whether the data center has it on disk, in its log or in quarantine. */
  covers(seq: number): boolean {
    return seq <= this.#through && !this.#missing.has(seq);
  }

  /** The numbers of from … to that aren't covered. */
  uncovered(from: number, to: number): SeqSet {
    const found = this.#missing.within(from, Math.min(to, this.#through));
    found.add(Math.max(from, this.#through + 1), to);
    return found;
  }

  take(receipt: Receipt): ReceiptOutcome {
    const { through } = receipt;
    const missing = new SeqSet(receipt.missing.map(([from, to]) => [from, Math.min(to, through)]));
    const uncovered = missing.within(1, this.#through);
    uncovered.deleteAll(this.#missing.ranges);
    // A receipt can only say more than the one before. One that says less is an old one that a broker kept, or
    // speaks for a data center that has forgotten: to believe it would mean to wait for numbers it has had already.
    if (through < this.#through || (through === this.#through && uncovered.first !== undefined)) {
      return { kind: "ignored", why: "backwards" };
    }
    const covered = this.uncovered(1, through);
    covered.deleteAll(missing.ranges);
    const quarantined = receipt.quarantined.filter((seq) => covered.has(seq));
    this.#through = through;
    this.#missing = missing;
    return { kind: "taken", covered: covered.ranges, quarantined, uncovered: uncovered.ranges };
  }
}
