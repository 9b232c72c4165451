import { type Bucket, mergeInto } from "./bucket.ts";
import { readBucket, writeBucket } from "./bucket-codec.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";
import { CHUNK_BUCKETS } from "./resolution.ts";

// The buckets of one tag that are kept in one row: small enough to be rewritten each minute, large enough that a month
// is a hundred rows. Two bytes say which bucket is the last, so that nearly every one is put in without looking at the
// others; then for each, in order: its place (0 to 359), how many bytes it has, its bytes.

const HEADER = 2;
const writer = new PackedWriter();
const entry = new PackedWriter();

/** A bucket and where it stands in its chunk. */
export interface PlacedBucket {
  readonly place: number;
  readonly bucket: Bucket;
}

/** Merges buckets, in the order of their places, into a chunk. */
export function mergeIntoChunk(
  chunk: Uint8Array | undefined,
  beginMs: number,
  widthMs: number,
  placed: readonly PlacedBucket[],
): Uint8Array {
  const old = chunk ?? new Uint8Array(HEADER);
  const last = chunk === undefined ? -1 : lastPlace(chunk);
  const reader = new PackedReader(old, HEADER);
  writer.clear();
  writer.byte(0);
  writer.byte(0);
  for (const { place, bucket } of placed) {
    const from = reader.at;
    reader.at = place > last ? old.length : endOfSmaller(reader, place);
    writer.bytes(old.subarray(from, reader.at));
    if (place <= last) mergeFound(reader, place, bucket, beginMs + place * widthMs);
    writeEntry(place, bucket, beginMs + place * widthMs);
  }
  writer.bytes(old.subarray(reader.at));
  const merged = writer.take();
  const newest = Math.max(last, placed.at(-1)?.place ?? -1);
  merged[0] = newest >> 8;
  merged[1] = newest & 0xff;
  return merged;
}

/** The buckets of a chunk with places from `from` up to `to`, not included. */
export function* bucketsOf(
  chunk: Uint8Array,
  beginMs: number,
  widthMs: number,
  from = 0,
  to = CHUNK_BUCKETS,
): Generator<PlacedBucket> {
  const reader = new PackedReader(chunk, HEADER);
  while (reader.at < chunk.length) {
    const place = reader.small();
    if (place >= to) return;
    const end = reader.small() + reader.at;
    if (place >= from) yield { place, bucket: readBucket(reader, beginMs + place * widthMs) };
    reader.at = end;
  }
}

function lastPlace(chunk: Uint8Array): number {
  return ((chunk[0] as number) << 8) | (chunk[1] as number);
}

/** Where the entries of smaller places end. */
function endOfSmaller(reader: PackedReader, place: number): number {
  while (reader.at < reader.bytes.length) {
    const begin = reader.at;
    if (reader.small() >= place) return begin;
    const length = reader.small();
    reader.at += length;
  }
  return reader.at;
}

/** Takes the entry that is next in, where it is of this place. */
function mergeFound(reader: PackedReader, place: number, bucket: Bucket, beginMs: number): void {
  const begin = reader.at;
  if (begin >= reader.bytes.length || reader.small() !== place) {
    reader.at = begin;
    return;
  }
  const length = reader.small();
  const end = reader.at + length;
  mergeInto(bucket, readBucket(reader, beginMs));
  reader.at = end;
}

function writeEntry(place: number, bucket: Bucket, beginMs: number): void {
  entry.clear();
  writeBucket(entry, bucket, beginMs);
  writer.whole(place);
  writer.whole(entry.length);
  writer.bytes(entry.written());
}
