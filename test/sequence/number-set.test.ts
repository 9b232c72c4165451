import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { countOf, NumberSet, overlap, uncovered } from "../../src/sequence/number-set.ts";
import type { SeqRange } from "../../src/sequence/seq-range.ts";

const LIMIT = 40;
const numbers = fc.array(fc.integer({ min: 1, max: LIMIT }), { maxLength: 60 });

function setOf(values: readonly number[]): NumberSet {
  const set = new NumberSet();
  for (const value of values) set.add(value);
  return set;
}

function expand(ranges: readonly SeqRange[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

suite("NumberSet", () => {
  test("holds what a Set holds, as ranges that are ascending and don't touch", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const set = new NumberSet();
        const plain = new Set<number>();
        for (const value of values) {
          assert.equal(set.add(value), !plain.has(value));
          plain.add(value);
        }
        assert.deepEqual(
          expand(set.ranges),
          [...plain].sort((a, b) => a - b),
        );
        assert.deepEqual([set.size, set.highest], [plain.size, Math.max(0, ...plain)]);
        for (const [index, [from]] of set.ranges.entries()) {
          if (index > 0) assert.ok(from > (set.ranges[index - 1]?.[1] ?? 0) + 1);
        }
      }),
    );
  });

  test("what is uncovered, what overlaps and how many are the same as with plain numbers", () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 0, max: LIMIT + 5 }), (a, b, highest) => {
        const [left, right] = [setOf(a), setOf(b)];
        const all = Array.from({ length: highest }, (_, index) => index + 1);
        const free = all.filter((value) => !a.includes(value) && !b.includes(value));
        assert.deepEqual(expand(uncovered(highest, left.ranges, right.ranges)), free);
        assert.equal(countOf(uncovered(highest, left.ranges, right.ranges)), free.length);
        const shared = a.filter((value) => b.includes(value)).sort((one, other) => one - other);
        const [from, to] = overlap(left.ranges, right.ranges) ?? [];
        assert.equal(from, shared[0]);
        if (from === undefined || to === undefined) return;
        assert.deepEqual(expand([[from, to]]), shared.slice(0, to - from + 1));
        assert.ok(!shared.includes(to + 1));
      }),
    );
  });
});
