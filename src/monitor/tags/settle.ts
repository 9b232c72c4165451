import type { ViewStore } from "../../views/view.ts";
import { type Bucket, emptyBucket, mergeInto } from "./bucket.ts";
import { OpenChunk } from "./open-chunk.ts";
import { CHUNK_BUCKETS, FINEST_MS, RESOLUTIONS_S, type ResolutionS, spanBegin } from "./resolution.ts";
import { KEPT, ROLLUPS } from "./tag-tables.ts";

/** Chunks removed at a time: what is read for it stays small. */
const REMOVED_AT_ONCE = 1000;

/** A span of 10 s of one tag. */
export interface FinestSpan {
  /** Milliseconds since 1970. */
  readonly beginMs: number;
  readonly bucket: Bucket;
}

/** Before which begin nothing is taken any more, by resolution: milliseconds since 1970. */
export function keptFromAll(store: ViewStore): number[] {
  return RESOLUTIONS_S.map((resolution) => keptFrom(store, resolution));
}

/**
 * Merges spans of 10 s of one tag, all of one minute and in order, into its chunks of every resolution, but for those
 * that begin before what is `kept`. The buckets are the chunks' from here on.
 */
export function settle(
  store: ViewStore,
  machine: string,
  tag: string,
  spans: readonly FinestSpan[],
  kept: readonly number[],
): void {
  const beginMs = spans[0]?.beginMs;
  if (beginMs === undefined) return;
  const rows = store.rows(ROLLUPS);
  // The coarse ones first, while the spans are still only what is new.
  for (let index = RESOLUTIONS_S.length - 1; index >= 0; index--) {
    const resolution = RESOLUTIONS_S[index] as ResolutionS;
    const widthMs = resolution * 1000;
    const begin = spanBegin(beginMs, widthMs * CHUNK_BUCKETS);
    if (begin < (kept[index] ?? Number.NEGATIVE_INFINITY)) continue;
    const known = rows.get(resolution, begin, machine, tag);
    const chunk =
      known === undefined
        ? new OpenChunk({ resolution_s: resolution, begin, machine, tag })
        : OpenChunk.of(known);
    const placeOf = (ms: number) => Math.floor((ms - begin) / widthMs);
    if (widthMs === FINEST_MS) for (const span of spans) chunk.add(placeOf(span.beginMs), span.bucket);
    else chunk.add(placeOf(beginMs), sumOf(spans));
    rows.put(chunk);
  }
}

/** Removes the chunks that end before a time, milliseconds since 1970; what comes later for them is not taken. */
export function letGo(store: ViewStore, resolution: ResolutionS, untilMs: number): void {
  const fromMs = spanBegin(untilMs, resolution * 1000 * CHUNK_BUCKETS);
  if (fromMs <= keptFrom(store, resolution)) return;
  store.rows(KEPT).put({ resolution_s: resolution, from_ms: fromMs });
  const rows = store.rows(ROLLUPS);
  for (;;) {
    const old = [...rows.range({ prefix: [resolution], to: fromMs, limit: REMOVED_AT_ONCE })];
    for (const { begin, machine, tag } of old) rows.delete(resolution, begin, machine, tag);
    if (old.length < REMOVED_AT_ONCE) return;
  }
}

function keptFrom(store: ViewStore, resolution: ResolutionS): number {
  return store.rows(KEPT).get(resolution)?.from_ms ?? Number.NEGATIVE_INFINITY;
}

function sumOf(spans: readonly FinestSpan[]): Bucket {
  const sum = emptyBucket();
  for (const { bucket } of spans) mergeInto(sum, bucket);
  return sum;
}
