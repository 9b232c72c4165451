import type { SeqRange } from "./seq-range.ts";

/** A set of whole numbers as ranges: numbers that come mostly in order take next to no memory. */
export class NumberSet {
  /** Ascending, not touching one another. */
  readonly #ranges: [from: number, to: number][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The highest number, 0 for an empty set. */
  get highest(): number {
    return this.#ranges.at(-1)?.[1] ?? 0;
  }

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  /** Adds a number; false when it was there. */
  add(value: number): boolean {
    const last = this.#ranges.at(-1);
    if (last !== undefined && value === last[1] + 1) {
      last[1] = value;
      this.#size++;
      return true;
    }
    const index = this.#indexAfter(value);
    const before = this.#ranges[index - 1];
    if (before !== undefined && value <= before[1]) return false;
    const after = this.#ranges[index];
    const touchesBefore = before !== undefined && before[1] + 1 === value;
    const touchesAfter = after !== undefined && after[0] - 1 === value;
    if (touchesBefore && touchesAfter) {
      before[1] = after[1];
      this.#ranges.splice(index, 1);
    } else if (touchesBefore) before[1] = value;
    else if (touchesAfter) after[0] = value;
    else this.#ranges.splice(index, 0, [value, value]);
    this.#size++;
    return true;
  }

  /** The first range that begins above `value` (binary search). */
  #indexAfter(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range !== undefined && range[0] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The ranges of 1 … `highest` that are in none of the lists; each list ascending and without overlaps. */
export function uncovered(highest: number, ...lists: readonly (readonly SeqRange[])[]): SeqRange[] {
  const covered = lists.flat().sort((a, b) => a[0] - b[0]);
  const result: SeqRange[] = [];
  let next = 1;
  for (const [from, to] of covered) {
    if (from > highest) break;
    if (from > next) result.push([next, from - 1]);
    if (to >= next) next = to + 1;
  }
  if (next <= highest) result.push([next, highest]);
  return result;
}

/** The first numbers that two lists of ranges share, undefined where they share none; both ascending. */
export function overlap(a: readonly SeqRange[], b: readonly SeqRange[]): SeqRange | undefined {
  for (let i = 0, j = 0; ; ) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) return undefined;
    if (left[1] < right[0]) i++;
    else if (right[1] < left[0]) j++;
    else return [Math.max(left[0], right[0]), Math.min(left[1], right[1])];
  }
}

/** How many numbers the ranges hold. */
export function countOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + (to - from + 1), 0);
}
