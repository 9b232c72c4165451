import type { SeqRange } from "../sequence/seq-range.ts";
import { SeqSet } from "../sequence/seq-set.ts";

/**
 * Which numbers a publisher must call lost: the data center asks for them and they are gone here. Gone alone doesn't
 * say that, because an earlier process may have deleted a number on a receipt that this one has never seen, and a
 * broker may bring back an older receipt that still calls it missing. So nothing is called lost before a receipt
 * has covered a number that this process has held. Such a receipt is newer than every one that the earlier process
 * deleted by, since those would have had that number deleted too: what it calls missing is missing. Pure.
 */
export class LossWatch {
  /** Numbers that this process has held; undefined from the moment that a receipt covers one of them. */
  #held: SeqSet | undefined;
  /** Numbers that were called lost, or that their owner was told of in another way. */
  readonly #told = new SeqSet();

  /**
   * @param fresh there was no earlier process that numbered for this publisher
   * @param leftover a number that the earlier process left in the outbox; 0 when there is none
   */
  constructor(fresh: boolean, leftover: number) {
    if (fresh) return;
    this.#held = new SeqSet();
    if (leftover > 0) this.#held.add(leftover);
  }

  /** A number is in the outbox. */
  holds(seq: number): void {
    this.#held?.add(seq);
  }

  /** The numbers are told of already. */
  told(ranges: readonly SeqRange[]): void {
    this.#told.addAll(ranges);
  }

  /** A receipt covers numbers. */
  covered(ranges: readonly SeqRange[]): void {
    this.#told.deleteAll(ranges);
    if (ranges.some(([from, to]) => this.#held?.within(from, to).first !== undefined)) this.#held = undefined;
  }

  /** A number that was gone has been handed over again. */
  isBack(seq: number): void {
    this.#told.delete(seq);
  }

  /** What is to be called lost now, each number once: of what is gone here, what a receipt through … leaves out. */
  due(gone: SeqSet, through: number): readonly SeqRange[] {
    if (this.#held !== undefined || gone.first === undefined) return [];
    const lost = gone.within(1, through);
    lost.deleteAll(this.#told.ranges);
    this.#told.addAll(lost.ranges);
    return lost.ranges;
  }
}
