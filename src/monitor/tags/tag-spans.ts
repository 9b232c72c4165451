import type { ViewReading } from "../../views/view-table.ts";
import type { Bucket } from "./bucket.ts";
import { bucketsOf } from "./chunk.ts";
import { unpacked } from "./open-span.ts";
import { CHUNK_BUCKETS, type ResolutionS, spanBegin } from "./resolution.ts";
import { KEPT, RECENT, ROLLUPS } from "./tag-tables.ts";

/** A span of a resolution in which a tag had values; two may follow with one begin, and belong together then. */
export interface TagSpan {
  readonly beginMs: number;
  readonly bucket: Bucket;
}

/** The spans of a tag that begin from `fromMs` on and before `toMs`, by time. */
export function* spansOf(
  reading: ViewReading,
  machine: string,
  tag: string,
  resolution: ResolutionS,
  fromMs: number,
  toMs: number,
): Generator<TagSpan> {
  const widthMs = resolution * 1000;
  const chunkMs = widthMs * CHUNK_BUCKETS;
  const rollups = reading.rows(ROLLUPS);
  for (let begin = spanBegin(fromMs, chunkMs); begin < toMs; begin += chunkMs) {
    const row = rollups.get(resolution, begin, machine, tag);
    if (row === undefined) {
      // On to the next chunk that anything has: what is read goes by the data, however long the time asked for is.
      const [next] = rollups.range({ prefix: [resolution], from: begin + chunkMs, to: toMs, limit: 1 });
      if (next === undefined) break;
      begin = next.begin - chunkMs;
      continue;
    }
    const first = Math.max(0, Math.ceil((fromMs - begin) / widthMs));
    const end = Math.min(CHUNK_BUCKETS, Math.ceil((toMs - begin) / widthMs));
    for (const { place, bucket } of bucketsOf(row.chunk, begin, widthMs, first, end)) {
      yield { beginMs: begin + place * widthMs, bucket };
    }
  }
  // The machine's newest minute, which is later than everything in chunks.
  for (const row of reading.rows(RECENT).range({ prefix: [machine] })) {
    const beginMs = spanBegin(row.begin, widthMs);
    if (beginMs < fromMs || beginMs >= toMs) continue;
    const { set, buckets } = unpacked(row);
    const bucket = buckets[set.names.indexOf(tag)];
    if (bucket !== undefined) yield { beginMs, bucket };
  }
}

/** From when on the spans of a resolution are kept, milliseconds since 1970. */
export function keptFromMs(reading: ViewReading, resolution: ResolutionS): number {
  return reading.rows(KEPT).get(resolution)?.from_ms ?? Number.NEGATIVE_INFINITY;
}
