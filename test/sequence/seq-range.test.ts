import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { countOf, overlap, type SeqRange, uncovered } from "../../src/sequence/seq-range.ts";
import { SeqSet } from "../../src/sequence/seq-set.ts";

const LIMIT = 40;
const numbers = fc.array(fc.integer({ min: 1, max: LIMIT }), { maxLength: 60 });

function setOf(values: readonly number[]): SeqSet {
  return new SeqSet(values.map((value) => [value, value]));
}

function expand(ranges: readonly SeqRange[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

suite("ranges of numbers", () => {
  test("what is uncovered, what overlaps and how many are the same as with plain numbers", () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 0, max: LIMIT + 5 }), (a, b, highest) => {
        const [left, right] = [setOf(a), setOf(b)];
        const all = Array.from({ length: highest }, (_, index) => index + 1);
        const free = all.filter((value) => !a.includes(value) && !b.includes(value));
        assert.deepEqual(expand(uncovered(highest, left.ranges, right.ranges)), free);
        assert.equal(countOf(uncovered(highest, left.ranges, right.ranges)), free.length);
        const shared = [...new Set(a)].filter((value) => b.includes(value)).sort((one, other) => one - other);
        const [from, to] = overlap(left.ranges, right.ranges) ?? [];
        assert.equal(from, shared[0]);
        if (from === undefined || to === undefined) return;
        assert.deepEqual(expand([[from, to]]), shared.slice(0, to - from + 1));
        assert.ok(!shared.includes(to + 1));
      }),
    );
  });
});
