import type { ViewReading } from "../../views/view-table.ts";
import { overlap, overlapMs, type Span, touching } from "../span.ts";
import { COUNTS, type CountRow } from "./production-tables.ts";

/** What a machine took in, worked on and rejected, in its unit. */
export interface Quantities {
  readonly consumed: number;
  /** ISO 22400-2 clause 5, produced quantity (PQ): good and bad. */
  readonly processed: number;
  /** Scrap and rework together: what PQ has more than the good quantity (GQ). */
  readonly defective: number;
}

/** Nothing made. */
export const NO_QUANTITIES: Quantities = { consumed: 0, processed: 0, defective: 0 };

/** What was counted between two readings. */
export interface CountedStretch extends Span {
  readonly counted: Quantities;
  readonly unit: string;
}

/**
 * The readings that a span touches, as stretches between them. Counters run on; where they were set to zero (`since`
 * is later than the reading before, or a value is lower) a stretch begins anew from zero, and what the machine did
 * between the last reading and the reset was never told: nothing covers it.
 */
export function countedStretches(reading: ViewReading, machine: string, span: Span): CountedStretch[] {
  const stretches: CountedStretch[] = [];
  let before: CountRow | undefined;
  for (const row of readingsAround(reading, machine, span)) {
    const stretch = stretchTo(row, before);
    if (stretch !== undefined && overlap(stretch, span) !== undefined) stretches.push(stretch);
    before = row;
  }
  return stretches;
}

function* readingsAround(reading: ViewReading, machine: string, { fromMs, toMs }: Span): Iterable<CountRow> {
  const rows = reading.rows(COUNTS);
  let startMs = fromMs;
  for (const row of rows.range({ prefix: [machine], to: fromMs, order: "desc", limit: 1 }))
    startMs = row.at_ms;
  for (const row of rows.range({ prefix: [machine], from: startMs })) {
    yield row;
    if (row.at_ms >= toMs) return;
  }
}

function stretchTo(row: CountRow, before: CountRow | undefined): CountedStretch | undefined {
  const { consumed, processed, defective, unit, at_ms: toMs, since_ms: sinceMs } = row;
  const all = { consumed, processed, defective };
  if (before === undefined) return sinceMs === null ? undefined : stretch(sinceMs, toMs, all, unit);
  if (sinceMs !== null && sinceMs > before.at_ms && sinceMs !== before.since_ms) {
    return stretch(sinceMs, toMs, all, unit);
  }
  const more = {
    consumed: consumed - before.consumed,
    processed: processed - before.processed,
    defective: defective - before.defective,
  };
  const reset = unit !== before.unit || more.consumed < 0 || more.processed < 0 || more.defective < 0;
  return stretch(before.at_ms, toMs, reset ? all : more, unit);
}

function stretch(
  fromMs: number,
  toMs: number,
  counted: Quantities,
  unit: string,
): CountedStretch | undefined {
  return fromMs < toMs ? { fromMs, toMs, counted, unit } : undefined;
}

/**
 * What was counted in a part of time. Within a stretch the count is spread over the time in which the machine ran or
 * nobody knows whether it did (over all of it where it stood), and whole pieces stay whole: parts that follow one another
 * always sum to the stretch.
 */
export function quantitiesIn(
  stretches: readonly CountedStretch[],
  mayHaveRun: readonly Span[],
  part: Span,
): Quantities {
  let sum = NO_QUANTITIES;
  for (const one of touching(stretches, part)) {
    const common = overlap(one, part);
    if (common === undefined) continue;
    const upTo = countedBy(one, mayHaveRun, common.toMs);
    const before = countedBy(one, mayHaveRun, common.fromMs);
    sum = {
      consumed: sum.consumed + upTo.consumed - before.consumed,
      processed: sum.processed + upTo.processed - before.processed,
      defective: sum.defective + upTo.defective - before.defective,
    };
  }
  return sum;
}

/**
 * Of what was processed in a part of time, what falls to time in which the machine is known to have run: what it made
 * while nobody heard it makes it no faster.
 * @param running a part of `mayHaveRun`
 */
export function processedRunning(
  stretches: readonly CountedStretch[],
  { running, mayHaveRun }: { readonly running: readonly Span[]; readonly mayHaveRun: readonly Span[] },
  part: Span,
): number {
  let sum = 0;
  for (const one of touching(stretches, part)) {
    const common = overlap(one, part);
    if (common === undefined) continue;
    const { processed } = quantitiesIn([one], mayHaveRun, common);
    const all = overlapMs(mayHaveRun, common);
    const known = overlapMs(running, common);
    sum += known === all ? processed : (processed * known) / all;
  }
  return sum;
}

function countedBy(stretch: CountedStretch, mayHaveRun: readonly Span[], atMs: number): Quantities {
  const all = overlapMs(mayHaveRun, stretch);
  const share =
    all === 0
      ? (atMs - stretch.fromMs) / (stretch.toMs - stretch.fromMs)
      : overlapMs(mayHaveRun, { fromMs: stretch.fromMs, toMs: atMs }) / all;
  // Pieces are whole; kilograms go to the gram.
  const steps = stretch.unit === "pieces" ? 1 : 1000;
  const part = (count: number) => (share === 1 ? count : Math.floor(count * share * steps) / steps);
  const { consumed, processed, defective } = stretch.counted;
  return { consumed: part(consumed), processed: part(processed), defective: part(defective) };
}
