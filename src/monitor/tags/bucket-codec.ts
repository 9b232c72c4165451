import { type Bucket, type EndValue, emptyBucket, valuesIn } from "./bucket.ts";
import type { PackedReader, PackedWriter } from "./packed-bytes.ts";
import { minus, plus, type Whole } from "./whole.ts";
import { OTHER_WORDS, type WordCounts } from "./words.ts";

// A bucket's bytes, in this order; what a flag says is absent isn't there:
//   flags, good, [uncertain, bad], first time (after the bucket's begin), first number of sequence,
//   [time from first to last, numbers from first to last], [kinds of the ends],
//   numbers: [count], decimals, smallest, [largest, first, last, sum, squares above the smallest]
//   words: others, how many, (word, count) in the order of the alphabet, [place of first and last among them]

const FLAG = {
  NOT_ALL_GOOD: 1,
  /** More than one value, so that it has two ends. */
  SEVERAL: 2,
  NUMBERS: 4,
  /** Not every value is a number. */
  MIXED: 8,
  WORDS: 16,
  /** All numbers are equal. */
  EQUAL: 32,
} as const;

const KIND = { number: 0, word: 1, none: 2 } as const;

/** Writes a bucket that holds at least one value. Equal buckets give equal bytes. */
export function writeBucket(writer: PackedWriter, bucket: Bucket, beginMs: number): void {
  const values = valuesIn(bucket);
  const mixed = bucket.count !== values;
  const equal = bucket.min === bucket.max;
  writer.byte(
    (bucket.good === values ? 0 : FLAG.NOT_ALL_GOOD) |
      (values > 1 ? FLAG.SEVERAL : 0) |
      (bucket.count > 0 ? FLAG.NUMBERS : 0) |
      (mixed ? FLAG.MIXED : 0) |
      (bucket.words === null ? 0 : FLAG.WORDS) |
      (equal ? FLAG.EQUAL : 0),
  );
  writer.whole(bucket.good);
  if (bucket.good !== values) {
    writer.whole(bucket.uncertain);
    writer.whole(bucket.bad);
  }
  writer.whole(bucket.firstAt - beginMs);
  writer.whole(bucket.firstSeq);
  if (values > 1) {
    writer.whole(bucket.lastAt - bucket.firstAt);
    writer.signed(bucket.lastSeq - bucket.firstSeq);
  }
  if (mixed) writer.byte(kindOf(bucket.first) * 3 + kindOf(bucket.last));
  if (bucket.count > 0) writeNumbers(writer, bucket, mixed, equal);
  if (bucket.words !== null) writeWords(writer, bucket, bucket.words);
}

/** Reads what {@link writeBucket} wrote. */
export function readBucket(reader: PackedReader, beginMs: number): Bucket {
  const flags = reader.byte();
  const bucket = emptyBucket();
  bucket.good = reader.small();
  if ((flags & FLAG.NOT_ALL_GOOD) !== 0) {
    bucket.uncertain = reader.small();
    bucket.bad = reader.small();
  }
  bucket.firstAt = beginMs + reader.small();
  bucket.firstSeq = reader.small();
  const several = (flags & FLAG.SEVERAL) !== 0;
  bucket.lastAt = several ? bucket.firstAt + reader.small() : bucket.firstAt;
  bucket.lastSeq = several ? bucket.firstSeq + Number(reader.signed()) : bucket.firstSeq;
  const mixed = (flags & FLAG.MIXED) !== 0;
  const kinds = mixed ? reader.byte() : 0;
  if ((flags & FLAG.NUMBERS) !== 0) readNumbers(reader, bucket, flags, kinds);
  if ((flags & FLAG.WORDS) !== 0) readWords(reader, bucket, kinds);
  return bucket;
}

function writeNumbers(writer: PackedWriter, bucket: Bucket, mixed: boolean, equal: boolean): void {
  if (mixed) writer.whole(bucket.count);
  writer.whole(bucket.decimals);
  writer.signed(bucket.min);
  if (equal) return;
  writer.whole(minus(bucket.max, bucket.min));
  if (kindOf(bucket.first) === KIND.number) writer.whole(minus(bucket.first as Whole, bucket.min));
  if (kindOf(bucket.last) === KIND.number) writer.whole(minus(bucket.last as Whole, bucket.min));
  writer.whole(bucket.sum);
  writer.whole(bucket.squares);
}

function readNumbers(reader: PackedReader, bucket: Bucket, flags: number, kinds: number): void {
  bucket.count = (flags & FLAG.MIXED) !== 0 ? reader.small() : valuesIn(bucket);
  bucket.decimals = reader.small();
  bucket.min = reader.signed();
  const equal = (flags & FLAG.EQUAL) !== 0;
  bucket.max = equal ? bucket.min : plus(bucket.min, reader.whole());
  const end = () => (equal ? bucket.min : plus(bucket.min, reader.whole()));
  if (Math.floor(kinds / 3) === KIND.number) bucket.first = end();
  if (kinds % 3 === KIND.number) bucket.last = end();
  if (equal) return;
  bucket.sum = reader.whole();
  bucket.squares = reader.whole();
}

function writeWords(writer: PackedWriter, bucket: Bucket, words: WordCounts): void {
  const listed = [...words.counts];
  if (listed.length > 1) listed.sort(([a], [b]) => (a < b ? -1 : 1));
  writer.whole(words.others);
  writer.whole(listed.length);
  for (const [word, count] of listed) {
    writer.text(word);
    writer.whole(count);
  }
  for (const end of [bucket.first, bucket.last]) {
    if (typeof end === "string") writer.whole(listed.findIndex(([word]) => word === end) + 1);
  }
}

function readWords(reader: PackedReader, bucket: Bucket, kinds: number): void {
  const others = reader.small();
  const counts = new Map<string, number>();
  for (let left = reader.small(); left > 0; left--) counts.set(reader.text(), reader.small());
  bucket.words = { counts, others };
  const listed = [...counts.keys()];
  const end = () => listed[reader.small() - 1] ?? OTHER_WORDS;
  if (Math.floor(kinds / 3) === KIND.word) bucket.first = end();
  if (kinds % 3 === KIND.word) bucket.last = end();
}

function kindOf(end: EndValue): number {
  return end === null ? KIND.none : typeof end === "string" ? KIND.word : KIND.number;
}
