import { valuesIn } from "./bucket.ts";
import type { TagSpan } from "./tag-spans.ts";

/** A stretch of time, milliseconds since 1970. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How much of a span a tag was measured. */
export interface MeasuredTime {
  /** The usual time from one value to the next, milliseconds; null where there are too few to say. */
  readonly intervalMs: number | null;
  /** Stretches without a value, longer than {@link GAP_INTERVALS} intervals. */
  readonly gaps: readonly Stretch[];
  /** Share of the time that was measured, 0 to 1. */
  readonly coverage: number;
}

/** A value is late after so many intervals: the line isn't drawn across. */
export const GAP_INTERVALS = 3;
/** Spans whose interval is looked at: the middle of so many is sure enough. */
const LOOKED_AT = 2000;

/** What of the time from `fromMs` to `toMs` was measured, from spans in the order of time. */
export function measuredTime(spans: readonly TagSpan[], fromMs: number, toMs: number): MeasuredTime {
  const intervalMs = usualInterval(spans);
  if (spans.length === 0 || toMs <= fromMs) {
    const gaps = toMs > fromMs ? [{ fromMs, toMs }] : [];
    return { intervalMs: null, gaps, coverage: 0 };
  }
  const gapMs = intervalMs === null ? Number.POSITIVE_INFINITY : GAP_INTERVALS * intervalMs;
  const gaps: Stretch[] = [];
  let missingMs = 0;
  let known = fromMs;
  const upTo = (atMs: number) => {
    if (atMs - known > gapMs) gaps.push({ fromMs: known, toMs: atMs });
  };
  for (const { bucket } of spans) {
    upTo(Math.min(bucket.firstAt, toMs));
    known = Math.max(known, bucket.lastAt);
    if (intervalMs === null) continue;
    // What is missing within a span isn't placed, but counted.
    const expected = (bucket.lastAt - bucket.firstAt) / intervalMs + 1;
    const missing = expected - valuesIn(bucket);
    if (missing >= GAP_INTERVALS - 1) missingMs += missing * intervalMs;
  }
  upTo(toMs);
  const lostMs = gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, missingMs);
  return { intervalMs, gaps, coverage: Math.max(0, 1 - lostMs / (toMs - fromMs)) };
}

function usualInterval(spans: readonly TagSpan[]): number | null {
  const step = Math.max(1, Math.floor(spans.length / LOOKED_AT));
  const intervals: number[] = [];
  for (let index = 0; index < spans.length; index += step) {
    const bucket = spans[index]?.bucket;
    if (bucket === undefined) continue;
    const values = valuesIn(bucket);
    const next = spans[index + 1]?.bucket.firstAt;
    if (values > 1) intervals.push((bucket.lastAt - bucket.firstAt) / (values - 1));
    else if (next !== undefined) intervals.push(next - bucket.firstAt);
  }
  intervals.sort((a, b) => a - b);
  const middle = intervals[Math.floor(intervals.length / 2)];
  return middle === undefined || middle <= 0 ? null : middle;
}
