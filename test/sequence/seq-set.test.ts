import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SeqSet } from "../../src/sequence/seq-set.ts";

const seq = fc.integer({ min: 1, max: 40 });
const step = fc.record({ add: fc.boolean(), from: seq, length: fc.integer({ min: -2, max: 12 }) });

describe("SeqSet", () => {
  it("agrees with a plain set under any additions and deletions", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), seq, seq, (steps, low, high) => {
        const set = new SeqSet();
        const model = new Set<number>();
        for (const { add, from, length } of steps) {
          const to = from + length - 1;
          const before = model.size;
          for (let each = from; each <= to; each++) add ? model.add(each) : model.delete(each);
          if (add) assert.equal(set.add(from, to), model.size - before);
          else assert.equal(set.delete(from, to), before - model.size);
        }
        const sorted = [...model].sort((a, b) => a - b);
        assert.deepEqual(expand(set), sorted);
        assert.deepEqual([set.count, set.highest], [sorted.length, sorted.at(-1) ?? 0]);
        for (let each = 1; each <= 60; each++) assert.equal(set.has(each), model.has(each), `${each}`);
        assert.deepEqual(
          expand(set.within(low, high)),
          sorted.filter((each) => each >= low && each <= high),
        );
        for (const [index, [from]] of set.ranges.entries()) {
          const before = set.ranges[index - 1];
          assert.ok(before === undefined || before[1] + 1 < from, "ranges ascend and don't touch");
        }
      }),
    );
  });

  it("keeps a million numbers in a row as one range", () => {
    const set = new SeqSet([[1, 1_000_000]]);
    set.delete(500_000);
    set.add(500_000);
    assert.deepEqual(set.ranges, [[1, 1_000_000]]);
  });
});

function expand(set: SeqSet): number[] {
  return set.ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
}
