import type { LogReading } from "../../log/log-reading.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { type Bucket, emptyBucket, mergeInto } from "./bucket.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { type MeasuredTime, SpanTimes } from "./measured-time.ts";
import { rawSpans } from "./raw-values.ts";
import { RESOLUTIONS_S, type ResolutionS, spanBegin } from "./resolution.ts";
import { keptFromMs, spansOf, type TagSpan } from "./tag-spans.ts";

/** What is asked of a tag's course. */
export interface SeriesRequest {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  readonly tag: string;
  /** Milliseconds since 1970; `toMs` isn't included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The most points to answer with, at least 2. */
  readonly points: number;
}

/** A point of a series: the figures of a slot of time. There is none where nothing was measured. */
export interface SeriesPoint extends Figures {
  /** The begin of its slot, milliseconds since 1970; it ends with the series' width. Of a single value its own time. */
  readonly beginMs: number;
}

/** Where a series comes from: the log's values, or the kept figures of spans of so many seconds. */
export type SeriesSource = "raw" | ResolutionS;

/** The course of a tag: at most as many points as asked for, smallest and largest values kept. */
export interface TagSeries extends MeasuredTime {
  readonly source: SeriesSource;
  /** Of a point's slot, milliseconds; 0 where every point is one value of the log. */
  readonly widthMs: number;
  readonly points: readonly SeriesPoint[];
}

/** Values of at most so much time are read from the log itself, milliseconds. */
const RAW_SPAN_MS = 2 * 3_600_000;
/** Messages of one machine that are read from the log for it: beyond, kept figures serve. */
const MAX_RAW = 20_000;

/** Draws up a tag's course. Without a log, short spans are made of the finest figures, too. */
export function tagSeries(
  reading: ViewReading,
  request: SeriesRequest,
  log?: Pick<LogReading, "query">,
): TagSeries {
  const { machine, tag, fromMs, toMs, points } = request;
  const slotMs = (toMs - fromMs) / points;
  if (log !== undefined && slotMs < 10_000 && toMs - fromMs <= RAW_SPAN_MS) {
    const raw = rawSpans(log, machine, tag, fromMs, toMs, MAX_RAW);
    if (raw !== undefined) {
      const widthMs = raw.length <= points ? 0 : Math.max(1, Math.ceil(slotMs));
      return seriesOf(raw, "raw", fromMs, toMs, widthMs);
    }
  }
  const resolution = resolutionFor(reading, fromMs, slotMs);
  const stepMs = resolution * 1000;
  const alignedMs = spanBegin(fromMs, stepMs);
  const widthMs = Math.ceil((toMs - alignedMs) / points / stepMs) * stepMs;
  const spans = spansOf(reading, machine, tag, resolution, alignedMs, toMs);
  return seriesOf(spans, resolution, alignedMs, toMs, widthMs);
}

/** The coarsest figures that a slot still has, or finer ones; coarser ones where those are gone. */
function resolutionFor(reading: ViewReading, fromMs: number, slotMs: number): ResolutionS {
  const kept = RESOLUTIONS_S.filter((resolution) => keptFromMs(reading, resolution) <= fromMs);
  const [finest = 3600] = kept.length > 0 ? kept : RESOLUTIONS_S.slice(-1);
  return kept.findLast((resolution) => resolution * 1000 <= slotMs) ?? finest;
}

function seriesOf(
  spans: Iterable<TagSpan>,
  source: SeriesSource,
  fromMs: number,
  toMs: number,
  widthMs: number,
): TagSeries {
  const points: SeriesPoint[] = [];
  const times = new SpanTimes();
  let begin = Number.NEGATIVE_INFINITY;
  let slot: Bucket | undefined;
  const close = () => {
    if (slot !== undefined) points.push({ beginMs: begin, ...figuresOf(slot) });
  };
  for (const { beginMs, bucket } of spans) {
    times.add(bucket);
    const slotBegin = widthMs === 0 ? beginMs : fromMs + spanBegin(beginMs - fromMs, widthMs);
    if (widthMs === 0 || slotBegin !== begin) {
      close();
      begin = slotBegin;
      slot = emptyBucket();
    }
    if (slot !== undefined) mergeInto(slot, bucket);
  }
  close();
  return { source, widthMs, points, ...times.measured(fromMs, toMs) };
}
