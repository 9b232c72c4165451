import type { ViewReading } from "../../views/view-table.ts";
import { type Bucket, emptyBucket, mergeInto } from "../tags/bucket.ts";
import { type Figures, figuresOf } from "../tags/figures.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import { spansOf } from "../tags/tag-spans.ts";

/** The figures of a minute of a tag. */
export interface TagMinute extends Figures {
  /** Its begin, milliseconds since 1970. */
  readonly atMs: number;
}

/** A minute with numbers in it. */
export interface NumberMinute extends TagMinute {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** A tag's minutes from `fromMs` to `toMs`, by time; none of those without a value. */
export function minutesOf(
  reading: ViewReading,
  machine: string,
  tag: string,
  fromMs: number,
  toMs: number,
): TagMinute[] {
  const minutes: TagMinute[] = [];
  let open: Bucket | undefined;
  let openAt = Number.NaN;
  for (const { beginMs, bucket } of spansOf(reading, machine, tag, 60, fromMs, toMs)) {
    if (beginMs !== openAt || open === undefined) open = bucket;
    else {
      // The newest minute is in parts of 10 s.
      minutes.pop();
      const joined = emptyBucket();
      mergeInto(joined, open);
      mergeInto(joined, bucket);
      open = joined;
    }
    openAt = beginMs;
    minutes.push({ atMs: beginMs, ...figuresOf(open) });
  }
  return minutes;
}

/** Whether a minute has values that are numbers, and figures of them. */
export function hasNumbers(minute: TagMinute): minute is NumberMinute {
  return minute.mean !== null;
}

/** Minutes in a row, by whether something holds; a minute that is missing ends a stretch. */
export function stretchesWhere<Minute extends TagMinute>(
  minutes: readonly Minute[],
  holds: (minute: Minute, before: Minute | undefined) => boolean,
): Minute[][] {
  const stretches: Minute[][] = [];
  let open: Minute[] | undefined;
  minutes.forEach((minute, index) => {
    const before = minutes[index - 1];
    const follows = before !== undefined && minute.atMs - before.atMs <= 2 * MINUTE_MS;
    if (!holds(minute, before)) open = undefined;
    else if (open !== undefined && follows) open.push(minute);
    else {
      open = [minute];
      stretches.push(open);
    }
  });
  return stretches;
}

/** The share of steps that may go down in a counter: it is set to zero now and then. */
const COUNTER_FALLS = 0.01;

/** A tag that only counts up (pieces, hours, energy of a batch) rises for its living. */
export function isCounter(minutes: readonly NumberMinute[]): boolean {
  let [rises, falls] = [0, 0];
  minutes.forEach(({ mean }, index) => {
    const before = minutes[index - 1]?.mean ?? mean;
    if (mean > before) rises++;
    else if (mean < before) falls++;
  });
  return falls <= COUNTER_FALLS * rises;
}
