import type { SeqRange } from "./seq-range.ts";
/**
 * A set of sequence numbers as ascending ranges that don't touch: a million numbers in a row cost as much as one.
 * Operations walk the ranges, of which there are few (a receipt lists at most RECEIPT_LIST_LIMIT).
 */
export class SeqSet {
  #ranges: [number, number][] = [];

  constructor(ranges: Iterable<SeqRange> = []) {
    for (const [from, to] of ranges) this.add(from, to);
  }

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  /** How many numbers it holds. */
  get count(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + (to - from + 1), 0);
  }

  get first(): SeqRange | undefined {
    return this.#ranges[0];
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#indexOf(seq)];
    return range !== undefined && range[0] <= seq;
  }

  /** Adds from … to; nothing where `to` is below `from`. */
  add(from: number, to: number = from): void {
    if (to < from) return;
    const start = this.#indexOf(from - 1);
    let end = start;
    let low = from;
    let high = to;
    for (
      let range = this.#ranges[end];
      range !== undefined && range[0] <= to + 1;
      range = this.#ranges[end]
    ) {
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
      end++;
    }
    this.#ranges.splice(start, end - start, [low, high]);
  }

  addAll(ranges: Iterable<SeqRange>): void {
    for (const [from, to] of ranges) this.add(from, to);
  }

  /** Takes from … to out; nothing where `to` is below `from`. */
  delete(from: number, to: number = from): void {
    if (to < from) return;
    const start = this.#indexOf(from);
    const kept: [number, number][] = [];
    let end = start;
    for (let range = this.#ranges[end]; range !== undefined && range[0] <= to; range = this.#ranges[end]) {
      if (range[0] < from) kept.push([range[0], from - 1]);
      if (range[1] > to) kept.push([to + 1, range[1]]);
      end++;
    }
    if (end > start) this.#ranges.splice(start, end - start, ...kept);
  }

  deleteAll(ranges: Iterable<SeqRange>): void {
    for (const [from, to] of ranges) this.delete(from, to);
  }

  clear(): void {
    this.#ranges = [];
  }

  /** The numbers of from … to that it holds. */
  within(from: number, to: number): SeqSet {
    const found = new SeqSet();
    if (to < from) return found;
    for (let index = this.#indexOf(from); ; index++) {
      const range = this.#ranges[index];
      if (range === undefined || range[0] > to) return found;
      found.#ranges.push([Math.max(from, range[0]), Math.min(to, range[1])]);
    }
  }

  /** The first range that ends at or after `seq` (binary search). */
  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range !== undefined && range[1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
