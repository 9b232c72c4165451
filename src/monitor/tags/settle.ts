import type { ViewStore } from "../../views/view.ts";
import { type Bucket, emptyBucket, mergeInto } from "./bucket.ts";
import { mergeIntoChunk, type PlacedBucket } from "./chunk.ts";
import { CHUNK_BUCKETS, FINEST_MS, RESOLUTIONS_S, type ResolutionS, spanBegin } from "./resolution.ts";
import { KEPT, ROLLUPS } from "./tag-tables.ts";

/** Chunks removed at a time: what is read for it stays small. */
const REMOVED_AT_ONCE = 1000;

/** Spans of 10 s of one tag, by their begin, milliseconds since 1970. */
export type FinestSpans = ReadonlyMap<number, Bucket>;

/** Before which begin nothing is taken any more, by resolution: milliseconds since 1970. */
export function keptFromAll(store: ViewStore): number[] {
  return RESOLUTIONS_S.map((resolution) => keptFrom(store, resolution));
}

/**
 * Merges spans of 10 s of one tag, all of one minute and in order, into its chunks of every resolution, but for those
 * that begin before what is `kept`.
 */
export function settle(
  store: ViewStore,
  machine: string,
  tag: string,
  spans: FinestSpans,
  kept: readonly number[],
): void {
  const [begin] = spans.keys();
  if (begin === undefined) return;
  // First, while the spans are still only what is new: merging into a chunk adds to them what was there.
  const whole = RESOLUTIONS_S.map((resolution) =>
    resolution * 1000 === FINEST_MS ? undefined : sumOf(spans.values()),
  );
  RESOLUTIONS_S.forEach((resolution, index) => {
    const sum = whole[index];
    const widthMs = resolution * 1000;
    const chunkBegin = spanBegin(begin, widthMs * CHUNK_BUCKETS);
    if (chunkBegin < (kept[index] ?? Number.NEGATIVE_INFINITY)) return;
    const placed: PlacedBucket[] = [];
    if (sum !== undefined) placed.push({ place: Math.floor((begin - chunkBegin) / widthMs), bucket: sum });
    else for (const [at, bucket] of spans) placed.push({ place: (at - chunkBegin) / widthMs, bucket });
    const rows = store.rows(ROLLUPS);
    const old = rows.get(resolution, chunkBegin, machine, tag)?.chunk;
    const chunk = mergeIntoChunk(old, chunkBegin, widthMs, placed);
    rows.put({ resolution_s: resolution, begin: chunkBegin, machine, tag, chunk });
  });
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

function sumOf(buckets: Iterable<Bucket>): Bucket {
  const sum = emptyBucket();
  for (const bucket of buckets) mergeInto(sum, bucket);
  return sum;
}
