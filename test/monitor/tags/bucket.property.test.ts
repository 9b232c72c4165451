import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { addNumber, type Bucket, emptyBucket, mergeInto } from "../../../src/monitor/tags/bucket.ts";
import { readBucket, writeBucket } from "../../../src/monitor/tags/bucket-codec.ts";
import { decimalOf, decimalToNumber } from "../../../src/monitor/tags/decimal.ts";
import { figuresOf } from "../../../src/monitor/tags/figures.ts";
import { PackedReader, PackedWriter } from "../../../src/monitor/tags/packed-bytes.ts";

const any = fc.double({ noNaN: true, noDefaultInfinity: true });
const decimals = fc
  .tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 5 }))
  .map(([whole, places]) => whole / 10 ** places);
const numbers = fc.array(fc.oneof({ weight: 4, arbitrary: decimals }, { weight: 1, arbitrary: any }), {
  minLength: 1,
  maxLength: 40,
});

function bucketOf(values: readonly number[]): Bucket {
  const bucket = emptyBucket();
  values.forEach((value, index) => {
    addNumber(bucket, value, "good", index * 1000, index);
  });
  return bucket;
}

/** The sum of what the doubles were written as, as a fraction of 10^places. */
function exact(values: readonly number[], places: number, power: bigint): bigint {
  return values.reduce((sum, value) => {
    const { whole, decimals } = decimalOf(value);
    return sum + (BigInt(whole) * 10n ** BigInt(places - decimals)) ** power;
  }, 0n);
}

suite("a bucket of numbers", () => {
  test("every double comes back from the decimal that it was written as", () => {
    fc.assert(
      fc.property(fc.oneof(any, decimals), (value) => {
        const { whole, decimals } = decimalOf(value);
        assert.equal(decimalToNumber(whole, decimals), value + 0);
      }),
      { numRuns: 1000, endOnFailure: true },
    );
    assert.deepEqual(decimalOf(31.45), { whole: 3145, decimals: 2 });
    assert.deepEqual(decimalOf(1e-7), { whole: 1, decimals: 7 });
    assert.deepEqual(decimalOf(5e-324), { whole: 5, decimals: 324 });
  });

  test("mean and deviation are those of exact arithmetic", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const places = Math.max(...values.map((value) => decimalOf(value).decimals));
        const n = BigInt(values.length);
        const [sum, squares] = [exact(values, places, 1n), exact(values, places, 2n)];
        const figures = figuresOf(bucketOf(values));
        assert.equal(figures.min, Math.min(...values) + 0);
        assert.equal(figures.max, Math.max(...values) + 0);
        assert.equal(figures.count, values.length);
        near(figures.mean, Number(`${(sum * 10n ** 20n) / n}e-${places + 20}`));
        if (values.length > 1) {
          const variance = ((n * squares - sum * sum) * 10n ** 40n) / (n * (n - 1n));
          near(figures.sd, root(variance, places + 20));
        }
      }),
      { numRuns: 500, endOnFailure: true },
    );
  });

  test("what is written is read back, and parts merged are the whole, byte for byte", () => {
    const bytes = (bucket: Bucket) => {
      const writer = new PackedWriter();
      writeBucket(writer, bucket, 0);
      return writer.take();
    };
    fc.assert(
      fc.property(numbers, fc.nat(), (values, cut) => {
        const whole = bucketOf(values);
        assert.deepEqual(bytes(readBucket(new PackedReader(bytes(whole)), 0)), bytes(whole));
        const [left, right] = [emptyBucket(), emptyBucket()];
        values.forEach((value, index) => {
          addNumber(index < cut % values.length ? left : right, value, "good", index * 1000, index);
        });
        mergeInto(right, left);
        assert.deepEqual(bytes(right), bytes(whole));
      }),
      { numRuns: 500, endOnFailure: true },
    );
  });

  test("a small spread beside a large value is not lost", () => {
    const { sd, mean } = figuresOf(bucketOf([1_000_000_000.01, 1_000_000_000.02, 1_000_000_000.03]));
    assert.equal(mean, 1_000_000_000.02);
    assert.equal(sd, 0.01);
  });

  test("the mean of tenths is a tenth", () => {
    assert.equal(figuresOf(bucketOf(Array.from({ length: 10 }, () => 0.1))).mean, 0.1);
  });
});

/** The root of a square with 2 · `places` decimals. */
function root(square: bigint, places: number): number {
  // Newton's way in whole numbers, twenty more digits than needed.
  const scaled = square * 10n ** 40n;
  let guess = scaled === 0n ? 0n : 1n << BigInt(Math.ceil(scaled.toString(2).length / 2));
  for (let next = guess; guess > 0n; guess = next) {
    next = (guess + scaled / guess) >> 1n;
    if (next >= guess) break;
  }
  return Number(`${guess}e-${places + 20}`);
}

function near(actual: number | null, expected: number): void {
  assert.ok(actual !== null);
  const scale = Math.max(Math.abs(expected), Number.MIN_VALUE);
  const off = Math.abs(actual - expected) / scale;
  assert.ok(actual === expected || off < 1e-14 || Math.abs(expected) < 1e-300, `${actual} for ${expected}`);
}
