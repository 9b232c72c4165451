import { number } from "./number.ts";

/** Ranges of numbers as people read them: the first few, and how many more there are. */
export function rangesInWords(
  ranges: readonly (readonly number[])[],
  most = 2,
): { readonly words: string; readonly more: number } {
  const words = ranges
    .slice(0, most)
    .map(([first = 0, last = first]) => (first === last ? number(first) : `${number(first)}–${number(last)}`))
    .join(", ");
  return { words, more: Math.max(0, ranges.length - most) };
}
