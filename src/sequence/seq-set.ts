import type { SeqRange } from "./seq-range.ts";

/**
 * A set of sequence numbers as ascending ranges that don't touch: a million numbers in a row cost as much as one.
 * What comes in order is added at the end; anything else is found by binary search.
 */
export class SeqSet {
  #ranges: [number, number][] = [];
  #count = 0;

  constructor(ranges: Iterable<SeqRange> = []) {
    for (const [from, to] of ranges) this.add(from, to);
  }

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  /** How many numbers it holds. */
  get count(): number {
    return this.#count;
  }

  get first(): SeqRange | undefined {
    return this.#ranges[0];
  }

  /** The highest number, 0 for an empty set. */
  get highest(): number {
    return this.#ranges.at(-1)?.[1] ?? 0;
  }

  has(seq: number): boolean {
    return this.rangeOf(seq) !== undefined;
  }

  /** The range that holds the number. */
  rangeOf(seq: number): SeqRange | undefined {
    const range = this.#ranges[this.#indexOf(seq)];
    return range !== undefined && range[0] <= seq ? range : undefined;
  }

  /** Adds from … to (nothing where `to` is below `from`) and returns how many of them were not there. */
  add(from: number, to: number = from): number {
    if (to < from) return 0;
    const last = this.#ranges.at(-1);
    if (last !== undefined && from === last[1] + 1) {
      last[1] = to;
      this.#count += to - from + 1;
      return to - from + 1;
    }
    const start = this.#indexOf(from - 1);
    let end = start;
    let low = from;
    let high = to;
    let held = 0;
    for (
      let range = this.#ranges[end];
      range !== undefined && range[0] <= to + 1;
      range = this.#ranges[end]
    ) {
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
      held += range[1] - range[0] + 1;
      end++;
    }
    this.#ranges.splice(start, end - start, [low, high]);
    const added = high - low + 1 - held;
    this.#count += added;
    return added;
  }

  addAll(ranges: Iterable<SeqRange>): void {
    for (const [from, to] of ranges) this.add(from, to);
  }

  /** Takes from … to out (nothing where `to` is below `from`) and returns how many of them were there. */
  delete(from: number, to: number = from): number {
    if (to < from) return 0;
    const start = this.#indexOf(from);
    const kept: [number, number][] = [];
    let end = start;
    let removed = 0;
    for (let range = this.#ranges[end]; range !== undefined && range[0] <= to; range = this.#ranges[end]) {
      if (range[0] < from) kept.push([range[0], from - 1]);
      if (range[1] > to) kept.push([to + 1, range[1]]);
      removed += Math.min(range[1], to) - Math.max(range[0], from) + 1;
      end++;
    }
    if (end > start) this.#ranges.splice(start, end - start, ...kept);
    this.#count -= removed;
    return removed;
  }

  deleteAll(ranges: Iterable<SeqRange>): void {
    for (const [from, to] of ranges) this.delete(from, to);
  }

  clear(): void {
    this.#ranges = [];
    this.#count = 0;
  }

  /** The numbers of from … to that it holds. */
  within(from: number, to: number): SeqSet {
    const found = new SeqSet();
    if (to < from) return found;
    for (let index = this.#indexOf(from); ; index++) {
      const range = this.#ranges[index];
      if (range === undefined || range[0] > to) return found;
      found.add(Math.max(from, range[0]), Math.min(to, range[1]));
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
