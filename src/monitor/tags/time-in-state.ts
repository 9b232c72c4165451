import type { ViewReading } from "../../views/view-table.ts";
import { type Bucket, valuesIn } from "./bucket.ts";
import { GAP_INTERVALS, SpanTimes } from "./measured-time.ts";
import { RESOLUTIONS_S, type ResolutionS } from "./resolution.ts";
import { keptFromMs, spansOf } from "./tag-spans.ts";
import { OTHER_WORDS, wordOf } from "./words.ts";

/** How long a tag said a word. */
export interface StateTime {
  /** Null: words too many to be listed. */
  readonly word: string | boolean | null;
  readonly durationMs: number;
  /** Of the time in which any word is known, 0 to 1. */
  readonly share: number;
}

/** How long a tag was in which state. Exact to the width of its source where a word changes within a span of it. */
export interface TimeInState {
  readonly source: ResolutionS;
  /** Longest first. */
  readonly states: readonly StateTime[];
  /** Time without a word, milliseconds: nothing came, or it was bad, or it was a number. */
  readonly unknownMs: number;
  readonly coverage: number;
}

/** Spans that are read for one answer. */
const MAX_SPANS = 100_000;

/**
 * The time in each word or boolean of a tag, from `fromMs` to `toMs`. A word holds until the next value, but no longer
 * than a value may be late; within a span of the source in which it changes, time is shared as values are.
 */
export function timeInState(
  reading: ViewReading,
  machine: string,
  tag: string,
  fromMs: number,
  toMs: number,
): TimeInState {
  const source =
    RESOLUTIONS_S.find(
      (each) => keptFromMs(reading, each) <= fromMs && (toMs - fromMs) / (each * 1000) <= MAX_SPANS,
    ) ?? 3600;
  const spans = [...spansOf(reading, machine, tag, source, fromMs, toMs)];
  const measured = new SpanTimes();
  for (const { bucket } of spans) measured.add(bucket);
  const { intervalMs, coverage } = measured.measured(fromMs, toMs);
  const longestMs = GAP_INTERVALS * (intervalMs ?? source * 1000);
  const times = new Map<string, number>();
  const add = (word: string, durationMs: number) => {
    if (durationMs > 0) times.set(word, (times.get(word) ?? 0) + durationMs);
  };
  spans.forEach(({ bucket }, index) => {
    share(bucket, add);
    const untilMs = Math.min(spans[index + 1]?.bucket.firstAt ?? toMs, toMs);
    const holdsMs = untilMs - bucket.lastAt;
    if (typeof bucket.last === "string") add(bucket.last, holdsMs > longestMs ? (intervalMs ?? 0) : holdsMs);
  });
  const knownMs = [...times.values()].reduce((sum, each) => sum + each, 0);
  const states = [...times]
    .map(([key, durationMs]) => ({ word: wordOf(key), durationMs, share: durationMs / knownMs }))
    .sort((a, b) => b.durationMs - a.durationMs);
  return { source, states, unknownMs: Math.max(0, toMs - fromMs - knownMs), coverage };
}

/** Shares the time from a bucket's first value to its last among its words. */
function share(bucket: Bucket, add: (word: string, durationMs: number) => void): void {
  if (bucket.words === null) return;
  const values = valuesIn(bucket);
  const lengthMs = bucket.lastAt - bucket.firstAt;
  if (lengthMs === 0) return;
  // The last value begins what comes after; its time is counted there.
  const before = values - 1;
  for (const [word, count] of bucket.words.counts) {
    add(word, (lengthMs * (bucket.last === word ? count - 1 : count)) / before);
  }
  const others = bucket.last === OTHER_WORDS ? bucket.words.others - 1 : bucket.words.others;
  add(OTHER_WORDS, (lengthMs * others) / before);
}
