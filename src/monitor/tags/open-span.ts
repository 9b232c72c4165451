import type { TagValue } from "../../contract/schemas/telemetry-v2.ts";
import { HELD_BYTES } from "../../views/view-table.ts";
import { type Bucket, emptyBucket } from "./bucket.ts";
import { readBucket, writeBucket } from "./bucket-codec.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";
import { FINEST_MS, MINUTE_MS } from "./resolution.ts";
import type { RecentRow } from "./tag-tables.ts";
import { addValue, type TagSample, type TagSet, tagSet } from "./tag-values.ts";

/** What a bucket takes in memory, about; words are few. */
const BUCKET_BYTES = 200;
const writer = new PackedWriter();

/**
 * The row of a machine's span of 10 s while values are added to it: it changes with every message, so its buckets are
 * packed only when the row is written.
 */
export class OpenSpan implements RecentRow {
  readonly machine: string;
  readonly begin: number;
  #set: TagSet;
  #buckets: readonly Bucket[];

  constructor(machine: string, begin: number, set: TagSet, buckets: readonly Bucket[]) {
    this.machine = machine;
    this.begin = begin;
    this.#set = set;
    this.#buckets = buckets;
  }

  /** The row as it stands in the store, to be added to. */
  static of(row: RecentRow): OpenSpan {
    if (row instanceof OpenSpan) return row;
    const { set, buckets } = unpacked(row);
    return new OpenSpan(row.machine, row.begin, set, buckets);
  }

  static empty(machine: string, begin: number, set: TagSet): OpenSpan {
    return new OpenSpan(machine, begin, set, set.names.map(emptyBucket));
  }

  get place(): number {
    return placeOf(this.begin);
  }

  get set(): TagSet {
    return this.#set;
  }

  get spans(): readonly Bucket[] {
    return this.#buckets;
  }

  get tags(): string {
    return this.#set.text;
  }

  get buckets(): Uint8Array {
    writer.clear();
    for (const bucket of this.#buckets) writeBucket(writer, bucket, this.begin);
    return writer.take();
  }

  get [HELD_BYTES](): number {
    return BUCKET_BYTES * this.#buckets.length;
  }

  add({ set, values, at, seq }: TagSample): void {
    if (set !== this.#set) this.#makeRoomFor(set);
    const apart = this.#set === set ? undefined : this.#set.names;
    for (let index = 0; index < values.length; index++) {
      const place = apart === undefined ? index : apart.indexOf(set.names[index] as string);
      addValue(this.#buckets[place] as Bucket, values[index] as TagValue, at, seq);
    }
  }

  #makeRoomFor(set: TagSet): void {
    const own = this.#set;
    if (own.text === set.text) {
      this.#set = set;
      return;
    }
    if (set.names.every((tag) => own.names.includes(tag))) return;
    const both = tagSet([...new Set([...own.names, ...set.names])]);
    const before = this.#buckets;
    this.#buckets = both.names.map((tag) => before[own.names.indexOf(tag)] ?? emptyBucket());
    this.#set = both;
  }
}

/** Which of its minute's spans of 10 s one is, from 0. */
export function placeOf(begin: number): number {
  return (((begin % MINUTE_MS) + MINUTE_MS) % MINUTE_MS) / FINEST_MS;
}

/** A row's buckets, by tag. */
export function unpacked(row: RecentRow): { readonly set: TagSet; readonly buckets: readonly Bucket[] } {
  const names: string[] = JSON.parse(row.tags);
  const reader = new PackedReader(row.buckets);
  return { set: { names, text: row.tags }, buckets: names.map(() => readBucket(reader, row.begin)) };
}
