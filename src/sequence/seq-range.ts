/** A range of sequence numbers, both ends included. */
export type SeqRange = readonly [from: number, to: number];

/** How many numbers the ranges hold; they don't overlap. */
export function countOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + (to - from + 1), 0);
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
