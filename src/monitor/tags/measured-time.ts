import { type Bucket, valuesIn } from "./bucket.ts";

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

/**
 * When the values of spans were, the spans in the order of time. As numbers alone: a month of a tag has 43,200 spans, and
 * holding on to their buckets costs more than reading them.
 */
export class SpanTimes {
  readonly #firstAt: number[] = [];
  readonly #lastAt: number[] = [];
  readonly #values: number[] = [];

  add(bucket: Bucket): void {
    this.#firstAt.push(bucket.firstAt);
    this.#lastAt.push(bucket.lastAt);
    this.#values.push(valuesIn(bucket));
  }

  /** What of the time from `fromMs` to `toMs` was measured. */
  measured(fromMs: number, toMs: number): MeasuredTime {
    const intervalMs = this.#usualInterval();
    if (this.#values.length === 0 || toMs <= fromMs) {
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
    for (const [index, firstAt] of this.#firstAt.entries()) {
      const lastAt = this.#lastAt[index] ?? firstAt;
      upTo(Math.min(firstAt, toMs));
      known = Math.max(known, lastAt);
      if (intervalMs === null) continue;
      // What is missing within a span isn't placed, but counted.
      const expected = (lastAt - firstAt) / intervalMs + 1;
      const missing = expected - (this.#values[index] ?? 0);
      if (missing >= GAP_INTERVALS - 1) missingMs += missing * intervalMs;
    }
    upTo(toMs);
    const lostMs = gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, missingMs);
    return { intervalMs, gaps, coverage: Math.max(0, 1 - lostMs / (toMs - fromMs)) };
  }

  #usualInterval(): number | null {
    const step = Math.max(1, Math.floor(this.#values.length / LOOKED_AT));
    const intervals: number[] = [];
    for (let index = 0; index < this.#values.length; index += step) {
      const firstAt = this.#firstAt[index] ?? 0;
      const values = this.#values[index] ?? 0;
      const next = this.#firstAt[index + 1];
      if (values > 1) intervals.push(((this.#lastAt[index] ?? 0) - firstAt) / (values - 1));
      else if (next !== undefined) intervals.push(next - firstAt);
    }
    intervals.sort((a, b) => a - b);
    const middle = intervals[Math.floor(intervals.length / 2)];
    return middle === undefined || middle <= 0 ? null : middle;
  }
}
