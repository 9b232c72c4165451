import { type Bucket, mergeInto } from "./bucket.ts";
import { readBucket, writeBucket } from "./bucket-codec.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";
import { CHUNK_BUCKETS } from "./resolution.ts";

// The buckets of one tag that are kept in one row: small enough to be rewritten each minute, large enough that a month
// is a hundred rows. Two bytes say which bucket is the last, so that nearly every one is put in without looking at the
// others; then for each, in order: its place (0 to 359), how many bytes it has, its bytes.

/** Bytes before the first bucket: the place of the last one. */
export const HEADER_BYTES = 2;
const writer = new PackedWriter();
const entry = new PackedWriter();
const body = new PackedWriter();

/** A bucket and where it stands in its chunk. */
export interface PlacedBucket {
  readonly place: number;
  readonly bucket: Bucket;
}

/** Merges a bucket into a chunk, wherever it belongs. The bucket takes in what stood in its place. */
export function mergeIntoChunk(
  chunk: Uint8Array,
  beginMs: number,
  widthMs: number,
  { place, bucket }: PlacedBucket,
): Uint8Array {
  const reader = new PackedReader(chunk, HEADER_BYTES);
  writer.clear();
  writer.byte(0);
  writer.byte(0);
  reader.at = endOfSmaller(reader, place);
  writer.bytes(chunk.subarray(HEADER_BYTES, reader.at));
  mergeFound(reader, place, bucket, beginMs + place * widthMs);
  writer.bytes(entryOf(place, bucket, beginMs + place * widthMs));
  writer.bytes(chunk.subarray(reader.at));
  return chunkOf(writer.take(), writer.length, Math.max(lastPlace(chunk), place));
}

/** The chunk that is made of so many bytes, the first two of them free, with its last place. */
export function chunkOf(bytes: Uint8Array, length: number, last: number): Uint8Array {
  bytes[0] = Math.max(0, last) >> 8;
  bytes[1] = Math.max(0, last) & 0xff;
  return bytes.subarray(0, length);
}

/** The bytes of a bucket in its place, until the next call. */
export function entryOf(place: number, bucket: Bucket, beginMs: number): Uint8Array {
  body.clear();
  writeBucket(body, bucket, beginMs);
  entry.clear();
  entry.whole(place);
  entry.whole(body.length);
  entry.bytes(body.written());
  return entry.written();
}

/** Where the last entry of a chunk begins, and a reader that stands at its bucket; place -1 where there is none. */
export function lastEntry(chunk: Uint8Array): { place: number; from: number; reader: PackedReader } {
  const reader = new PackedReader(chunk, HEADER_BYTES);
  if (chunk.length === HEADER_BYTES) return { place: -1, from: HEADER_BYTES, reader };
  const place = lastPlace(chunk);
  const from = endOfSmaller(reader, place);
  reader.at = from;
  reader.small();
  reader.small();
  return { place, from, reader };
}

/** The buckets of a chunk with places from `from` up to `to`, not included. */
export function* bucketsOf(
  chunk: Uint8Array,
  beginMs: number,
  widthMs: number,
  from = 0,
  to = CHUNK_BUCKETS,
): Generator<PlacedBucket> {
  const reader = new PackedReader(chunk, HEADER_BYTES);
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
