import type { ViewRows } from "../../views/view-table.ts";
import { type Bucket, emptyBucket } from "./bucket.ts";
import { readBucket, writeBucket } from "./bucket-codec.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";
import { FINEST_MS, MINUTE_MS, spanBegin } from "./resolution.ts";
import type { RecentRow } from "./tag-tables.ts";
import { addValue, type TagSample, type TagSet, tagSet } from "./tag-values.ts";

/** The buckets of a span of 10 s, by tag. */
interface Span {
  readonly set: TagSet;
  readonly buckets: readonly Bucket[];
}

/** Machines whose newest span is kept unpacked. */
const MAX_UNPACKED = 4096;
const writer = new PackedWriter();

/**
 * The newest minute of each machine, in spans of 10 s. It keeps the span that was written last unpacked, and believes
 * it only while the store still has the very bytes that were made of it: what is in the store alone decides.
 */
export class RecentMinute {
  readonly #unpacked = new Map<string, { readonly bytes: Uint8Array; readonly span: Span }>();

  add(rows: ViewRows<RecentRow>, machine: string, sample: TagSample): void {
    const begin = spanBegin(sample.at, FINEST_MS);
    const span = this.#spanFor(rows.get(machine, begin), machine, sample.set);
    this.#unpacked.delete(machine); // changed from here on, and not what those bytes say
    const apart = span.set === sample.set ? undefined : span.set.names;
    sample.values.forEach((value, index) => {
      const place = apart === undefined ? index : apart.indexOf(sample.set.names[index] as string);
      addValue(span.buckets[place] as Bucket, value, sample.at, sample.seq);
    });
    const bytes = packed(span, begin);
    rows.put({ machine, begin, tags: span.set.text, buckets: bytes });
    if (this.#unpacked.size >= MAX_UNPACKED) this.#unpacked.clear();
    this.#unpacked.set(machine, { bytes, span });
  }

  /** Takes a machine's minute out of the store: the buckets of each tag, by the begin of their span. */
  take(rows: ViewRows<RecentRow>, machine: string, minute: number): Map<string, Map<number, Bucket>> {
    const byTag = new Map<string, Map<number, Bucket>>();
    for (let begin = minute; begin < minute + MINUTE_MS; begin += FINEST_MS) {
      const row = rows.get(machine, begin);
      if (row === undefined) continue;
      const { set, buckets } = unpacked(row);
      set.names.forEach((tag, index) => {
        const spans = byTag.get(tag) ?? new Map<number, Bucket>();
        byTag.set(tag, spans.set(begin, buckets[index] as Bucket));
      });
      rows.delete(machine, begin);
    }
    this.#unpacked.delete(machine);
    return byTag;
  }

  #spanFor(row: RecentRow | undefined, machine: string, set: TagSet): Span {
    if (row === undefined) return { set, buckets: set.names.map(emptyBucket) };
    const known = this.#unpacked.get(machine);
    const span = known !== undefined && known.bytes === row.buckets ? known.span : unpacked(row);
    if (row.tags === set.text) return span.set === set ? span : { set, buckets: span.buckets };
    if (set.names.every((tag) => span.set.names.includes(tag))) return span;
    const both = tagSet([...new Set([...span.set.names, ...set.names])]);
    const buckets = both.names.map((tag) => span.buckets[span.set.names.indexOf(tag)] ?? emptyBucket());
    return { set: both, buckets };
  }
}

/** A row's buckets, by tag. */
export function unpacked(row: RecentRow): Span {
  const names: string[] = JSON.parse(row.tags);
  const reader = new PackedReader(row.buckets);
  return { set: { names, text: row.tags }, buckets: names.map(() => readBucket(reader, row.begin)) };
}

function packed(span: Span, begin: number): Uint8Array {
  writer.clear();
  for (const bucket of span.buckets) writeBucket(writer, bucket, begin);
  return writer.take();
}
