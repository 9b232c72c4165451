import { HELD_BYTES } from "../../views/view-table.ts";
import { type Bucket, mergeInto } from "./bucket.ts";
import { readBucket } from "./bucket-codec.ts";
import { chunkOf, entryOf, HEADER_BYTES, lastEntry, mergeIntoChunk } from "./chunk.ts";
import type { RollupRow } from "./tag-tables.ts";

/** The object and its last bucket, about. */
const OBJECT_BYTES = 400;
const FIRST_BYTES = 256;

/**
 * The row of a tag's chunk while buckets are added to it. Nearly all come at its end, minute after minute: they are
 * written behind what is there, and the last one stays unpacked, so that an hour that grows by a minute isn't looked
 * for, read and written anew.
 */
export class OpenChunk implements RollupRow {
  readonly resolution_s: number;
  readonly begin: number;
  readonly machine: string;
  readonly tag: string;
  #bytes: Uint8Array;
  /** Where the last bucket's entry begins. */
  #at = HEADER_BYTES;
  /** Bytes of that entry; 0 where it isn't written as it is now. */
  #lastBytes = 0;
  #lastPlace = -1;
  #last: Bucket | undefined;

  constructor(row: Omit<RollupRow, "chunk">, chunk?: Uint8Array) {
    this.resolution_s = row.resolution_s;
    this.begin = row.begin;
    this.machine = row.machine;
    this.tag = row.tag;
    this.#bytes = new Uint8Array(FIRST_BYTES);
    if (chunk !== undefined) this.#take(chunk);
  }

  /** The row as it stands in the store, to be added to. */
  static of(row: RollupRow): OpenChunk {
    return row instanceof OpenChunk ? row : new OpenChunk(row, row.chunk);
  }

  /** As of now: the next `add` may change it. */
  get chunk(): Uint8Array {
    this.#writeLast();
    return chunkOf(this.#bytes, this.#at + this.#lastBytes, this.#lastPlace);
  }

  get [HELD_BYTES](): number {
    return OBJECT_BYTES + this.#bytes.length;
  }

  /** Adds a bucket, which is the chunk's from here on. */
  add(place: number, bucket: Bucket): void {
    if (place > this.#lastPlace) {
      this.#writeLast();
      this.#at += this.#lastBytes;
      this.#last = bucket;
      this.#lastPlace = place;
    } else if (place === this.#lastPlace && this.#last !== undefined) {
      mergeInto(this.#last, bucket);
    } else {
      this.#take(mergeIntoChunk(this.chunk, this.begin, this.#widthMs, { place, bucket }));
      return;
    }
    this.#lastBytes = 0;
  }

  get #widthMs(): number {
    return this.resolution_s * 1000;
  }

  #writeLast(): void {
    if (this.#last === undefined || this.#lastBytes > 0) return;
    const entry = entryOf(this.#lastPlace, this.#last, this.begin + this.#lastPlace * this.#widthMs);
    this.#makeRoom(this.#at + entry.length);
    this.#bytes.set(entry, this.#at);
    this.#lastBytes = entry.length;
  }

  #take(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk);
    const { place, from, reader } = lastEntry(chunk);
    this.#at = from;
    this.#lastBytes = chunk.length - from;
    this.#lastPlace = place;
    this.#last = place < 0 ? undefined : readBucket(reader, this.begin + place * this.#widthMs);
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.ceil(bytes * 1.5));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
