import { type Bucket, type EndValue, isNumeric, valuesIn } from "./bucket.ts";
import { decimalToNumber } from "./decimal.ts";
import { minus, plus, times, type Whole } from "./whole.ts";
import { wordOf } from "./words.ts";

/** A tag's value as people see it; null where there was none. */
export type ShownValue = number | string | boolean | null;

/** How often a word was said, as a share of all values of the span, 0 to 1. `word` is null for the rarer ones. */
export interface WordShare {
  readonly word: string | boolean | null;
  readonly share: number;
}

/** What is known of the values of a tag within a span. Figures of numbers are in the unit of the tag. */
export interface Figures {
  /** Values of any kind and quality. */
  readonly values: number;
  /** When the first and the last of them were so, milliseconds since 1970. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly first: ShownValue;
  readonly last: ShownValue;
  /** How many are numbers of quality good or uncertain; what follows is of those, null where there is none. */
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Standard deviation of a sample (n - 1); null for fewer than two. */
  readonly sd: number | null;
  /** Shares of the values by quality, 0 to 1. */
  readonly good: number;
  readonly uncertain: number;
  readonly bad: number;
  /** Words and booleans, most frequent first; empty for a tag of numbers. */
  readonly words: readonly WordShare[];
}

/** The figures of a bucket that holds at least one value. */
export function figuresOf(bucket: Bucket): Figures {
  const values = valuesIn(bucket);
  const { decimals, count } = bucket;
  const number = (whole: Whole) => (count === 0 ? null : decimalToNumber(whole, decimals));
  const shown = (end: EndValue): ShownValue =>
    end === null ? null : isNumeric(end) ? decimalToNumber(end, decimals) : wordOf(end);
  return {
    values,
    firstAtMs: bucket.firstAt,
    lastAtMs: bucket.lastAt,
    first: shown(bucket.first),
    last: shown(bucket.last),
    count,
    min: number(bucket.min),
    max: number(bucket.max),
    mean: count === 0 ? null : meanOf(bucket),
    sd: count < 2 ? null : deviationOf(bucket),
    good: bucket.good / values,
    uncertain: bucket.uncertain / values,
    bad: bucket.bad / values,
    words: wordShares(bucket, values),
  };
}

function meanOf({ min, sum, count, decimals }: Bucket): number {
  const total = plus(times(min, count), sum);
  if (typeof total === "number") return decimalToNumber(total, decimals) / count;
  // Beyond 2^53: count more decimals than are shown, then round once.
  const [scaled, more] = [BigInt(total) * 10n ** 20n, decimals + 20];
  return decimalToNumber(scaled / BigInt(count), more);
}

function deviationOf({ sum, squares, count, decimals }: Bucket): number {
  // n · Σx² - (Σx)² is a whole number, exact: nothing cancels, however small the spread is beside the value.
  const spread = minus(times(count, squares), times(sum, sum));
  const divisor = count * (count - 1);
  if (typeof spread === "number" && decimals <= 15) return Math.sqrt(spread / divisor) / 10 ** decimals;
  return bigRoot((BigInt(spread) * 10n ** 40n) / BigInt(divisor), decimals + 20);
}

/** The root of a square with 2 · `decimals` decimals. The square may be beyond what a double holds, the root isn't. */
function bigRoot(square: bigint, decimals: number): number {
  const digits = String(square);
  const cut = Math.max(0, Math.floor((digits.length - 40) / 2));
  return Number(`${Math.sqrt(Number(digits.slice(0, digits.length - 2 * cut)))}e${cut - decimals}`);
}

function wordShares({ words }: Bucket, values: number): WordShare[] {
  if (words === null) return [];
  const shares = [...words.counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([key, count]): WordShare => ({ word: wordOf(key), share: count / values }));
  return words.others === 0 ? shares : [...shares, { word: null, share: words.others / values }];
}
