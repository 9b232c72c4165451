import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isoTime } from "../../src/time/iso-time.ts";

const LAST_MS = 8_640_000_000_000_000;

test("a time is written as Date writes it, whatever was written before", () => {
  const anyTime = fc.oneof(
    fc.integer({ min: -LAST_MS, max: LAST_MS }),
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 3) }),
    fc.double({ min: -1e12, max: 2e12, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(anyTime, { minLength: 1 }), (times) => {
      for (const ms of times) assert.equal(isoTime(ms), new Date(ms).toISOString());
    }),
  );
});

test("the ends of days, years and of what a Date can hold", () => {
  for (const ms of [
    0,
    -1,
    86_399_999,
    86_400_000,
    Date.UTC(9999, 11, 31, 23, 59, 59, 999),
    LAST_MS,
    -LAST_MS,
  ]) {
    assert.equal(isoTime(ms), new Date(ms).toISOString());
  }
});

test("what is no time is a RangeError", () => {
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 2 * LAST_MS])
    assert.throws(() => isoTime(ms), RangeError);
});
