import type { ValueQuality } from "../../contract/schemas/value-quality.ts";
import { decimalOf, fewDecimals, scaledBy } from "./decimal.ts";
import { minus, plus, powerOfTen, times, type Whole } from "./whole.ts";
import { countWord, OTHER_WORDS, type WordCounts } from "./words.ts";

/** What a bucket begins or ends with: a number (scaled by the bucket's decimals), a word, or no value. */
export type EndValue = Whole | string | null;

/**
 * What is kept of the values of one tag within one span of time. Its content depends on the set of its values alone:
 * every sum is exact, and what comes first or last is decided by time, then by the publisher's number, then by value.
 * Changed in place while it is being made.
 */
export interface Bucket {
  /** Values by quality; bad ones count in no figure below. */
  good: number;
  uncertain: number;
  bad: number;
  /** The earliest value, milliseconds since 1970, and its number in the publisher's sequence (0 without one). */
  firstAt: number;
  firstSeq: number;
  first: EndValue;
  lastAt: number;
  lastSeq: number;
  last: EndValue;
  /** How many values are numbers. */
  count: number;
  /** Numbers are whole multiples of 10^-decimals. */
  decimals: number;
  min: Whole;
  max: Whole;
  /** Of every number, above the smallest: the sum, and the sum of squares. */
  sum: Whole;
  squares: Whole;
  words: WordCounts | null;
}

/** A span that no value fell into yet. */
export function emptyBucket(): Bucket {
  // Written out: one is made for every value of a machine's new span, and a spread costs more than all the rest.
  return {
    good: 0,
    uncertain: 0,
    bad: 0,
    firstAt: Number.POSITIVE_INFINITY,
    firstSeq: 0,
    first: null,
    lastAt: Number.NEGATIVE_INFINITY,
    lastSeq: 0,
    last: null,
    count: 0,
    decimals: 0,
    min: 0,
    max: 0,
    sum: 0,
    squares: 0,
    words: null,
  };
}

/** How many values a bucket holds, whatever they are. */
export function valuesIn(bucket: Bucket): number {
  return bucket.good + bucket.uncertain + bucket.bad;
}

/** Adds a number of quality good or uncertain. */
export function addNumber(
  bucket: Bucket,
  value: number,
  quality: ValueQuality,
  at: number,
  seq: number,
): void {
  if (quality === "good") bucket.good++;
  else bucket.uncertain++;
  const few = fewDecimals(value);
  let whole: Whole;
  if (few >= 0 && (few === bucket.decimals || bucket.count === 0)) {
    bucket.decimals = few;
    whole = scaledBy(value, few);
  } else {
    const exact = few >= 0 ? { whole: scaledBy(value, few) as Whole, decimals: few } : decimalOf(value);
    if (bucket.count === 0) bucket.decimals = exact.decimals;
    else refine(bucket, exact.decimals);
    whole = times(exact.whole, powerOfTen(bucket.decimals - exact.decimals));
  }
  addWhole(bucket, whole);
  addEnds(bucket, whole, at, seq);
}

/** Adds a word or a boolean of quality good or uncertain, by its key. */
export function addWord(bucket: Bucket, word: string, quality: ValueQuality, at: number, seq: number): void {
  if (quality === "good") bucket.good++;
  else bucket.uncertain++;
  bucket.words ??= { counts: new Map(), others: 0 };
  const evicted = countWord(bucket.words, word, 1);
  if (evicted !== undefined) forgetWord(bucket, evicted);
  addEnds(bucket, evicted === word ? OTHER_WORDS : word, at, seq);
}

/** Adds a value that is none: bad, or absent. */
export function addBad(bucket: Bucket, at: number, seq: number): void {
  bucket.bad++;
  addEnds(bucket, null, at, seq);
}

/** Adds all that another bucket holds, and leaves that one as it is. */
export function mergeInto(bucket: Bucket, added: Bucket): void {
  if (valuesIn(added) === 0) return;
  bucket.good += added.good;
  bucket.uncertain += added.uncertain;
  bucket.bad += added.bad;
  let other = added;
  if (added.count > 0) {
    if (bucket.count === 0) bucket.decimals = added.decimals;
    else if (added.decimals > bucket.decimals) refine(bucket, added.decimals);
    else if (added.decimals < bucket.decimals) {
      other = { ...added };
      refine(other, bucket.decimals);
    }
    addNumbers(bucket, other);
  }
  if (other.words !== null) mergeWords(bucket, other.words);
  addEnds(bucket, known(bucket, other.first), other.firstAt, other.firstSeq);
  addEnds(bucket, known(bucket, other.last), other.lastAt, other.lastSeq);
}

function addWhole(bucket: Bucket, whole: Whole): void {
  if (bucket.count === 0) {
    bucket.min = whole;
    bucket.max = whole;
  } else if (whole < bucket.min) {
    recentre(bucket, whole);
  } else if (whole > bucket.max) {
    bucket.max = whole;
  }
  const above = minus(whole, bucket.min);
  bucket.count++;
  bucket.sum = plus(bucket.sum, above);
  bucket.squares = plus(bucket.squares, times(above, above));
}

function addNumbers(bucket: Bucket, other: Bucket): void {
  if (bucket.count === 0) {
    bucket.min = other.min;
    bucket.max = other.max;
  } else {
    if (other.min < bucket.min) recentre(bucket, other.min);
    if (other.max > bucket.max) bucket.max = other.max;
  }
  // The other one's sums, seen from this one's smallest value.
  const above = minus(other.min, bucket.min);
  bucket.count += other.count;
  bucket.sum = plus(bucket.sum, plus(other.sum, times(above, other.count)));
  bucket.squares = plus(bucket.squares, squaresFrom(other, above));
}

/** Takes a smaller value as the one that sums are counted from. */
function recentre(bucket: Bucket, min: Whole): void {
  const below = minus(bucket.min, min);
  bucket.squares = squaresFrom(bucket, below);
  bucket.sum = plus(bucket.sum, times(below, bucket.count));
  bucket.min = min;
}

/** The sum of (x + shift)², of the x above the smallest value. */
function squaresFrom(bucket: Bucket, shift: Whole): Whole {
  const mixed = times(times(2, shift), bucket.sum);
  return plus(bucket.squares, plus(mixed, times(times(shift, shift), bucket.count)));
}

/** Rewrites a bucket's numbers to more decimals. */
function refine(bucket: Bucket, decimals: number): void {
  if (decimals <= bucket.decimals) return;
  const factor = powerOfTen(decimals - bucket.decimals);
  bucket.decimals = decimals;
  bucket.min = times(bucket.min, factor);
  bucket.max = times(bucket.max, factor);
  bucket.sum = times(bucket.sum, factor);
  bucket.squares = times(bucket.squares, times(factor, factor));
  if (isNumeric(bucket.first)) bucket.first = times(bucket.first, factor);
  if (isNumeric(bucket.last)) bucket.last = times(bucket.last, factor);
}

function mergeWords(bucket: Bucket, words: WordCounts): void {
  bucket.words ??= { counts: new Map(), others: 0 };
  bucket.words.others += words.others;
  for (const [word, count] of words.counts) {
    const evicted = countWord(bucket.words, word, count);
    if (evicted !== undefined) forgetWord(bucket, evicted);
  }
}

/** A word as the bucket may name it: one that it doesn't list is one of the others. */
function known(bucket: Bucket, end: EndValue): EndValue {
  return typeof end === "string" && bucket.words?.counts.has(end) !== true ? OTHER_WORDS : end;
}

function forgetWord(bucket: Bucket, word: string): void {
  if (bucket.first === word) bucket.first = OTHER_WORDS;
  if (bucket.last === word) bucket.last = OTHER_WORDS;
}

function addEnds(bucket: Bucket, value: EndValue, at: number, seq: number): void {
  if (at > bucket.lastAt || (at === bucket.lastAt && isAfter(seq, value, bucket.lastSeq, bucket.last, 1))) {
    bucket.lastAt = at;
    bucket.lastSeq = seq;
    bucket.last = value;
  }
  if (
    at < bucket.firstAt ||
    (at === bucket.firstAt && isAfter(seq, value, bucket.firstSeq, bucket.first, -1))
  ) {
    bucket.firstAt = at;
    bucket.firstSeq = seq;
    bucket.first = value;
  }
}

/** Whether a value of the same millisecond comes after (sign 1) or before (-1); of equal numbers, the smaller value. */
function isAfter(seq: number, value: EndValue, thanSeq: number, than: EndValue, sign: number): boolean {
  return seq === thanSeq ? compareEnds(value, than) < 0 : sign * (seq - thanSeq) > 0;
}

function compareEnds(a: EndValue, b: EndValue): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0 || a === b || a === null || b === null) return rank;
  return a < b ? -1 : 1;
}

function rankOf(end: EndValue): number {
  return end === null ? 3 : isNumeric(end) ? 0 : end === OTHER_WORDS ? 2 : 1;
}

/** Whether the first or last value of a span is a number, and not a word. */
export function isNumeric(end: EndValue): end is Whole {
  return typeof end === "number" || typeof end === "bigint";
}
