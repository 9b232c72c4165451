import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RECEIPT_LIST_LIMIT } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { MAX_GAPS, receiptOf, SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import { countOf } from "../../src/sequence/seq-range.ts";

const PUBLISHER = { machine: "tunis-01/line-a/s5_tempering/temper-01" as MachineKey, boot: "boot-0001" };

/** What a tracker must know, kept the obvious way. */
class Model {
  readonly kept = new Map<number, "stored" | "quarantined">();
  refilled = 0;
  duplicates = 0;

  get highest(): number {
    return Math.max(0, ...this.kept.keys());
  }

  missing(): number[] {
    return Array.from({ length: this.highest }, (_, index) => index + 1).filter((seq) => !this.kept.has(seq));
  }
}

describe("SequenceTracker", () => {
  const steps = fc.array(fc.record({ seq: fc.integer({ min: 1, max: 60 }), bad: fc.boolean() }), {
    maxLength: 120,
  });

  it("agrees with a plain model under any order, loss, repetition and restart", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 120 }), (sequence, restartAt) => {
        const model = new Model();
        let tracker = new SequenceTracker(PUBLISHER);
        sequence.forEach(({ seq, bad }, index) => {
          if (index === restartAt)
            tracker = new SequenceTracker(PUBLISHER, JSON.parse(JSON.stringify(tracker.state())));
          const verdict = tracker.verdict(seq);
          if (model.kept.has(seq)) {
            assert.equal(verdict, "seen");
            tracker.duplicate();
            model.duplicates++;
            return;
          }
          assert.equal(verdict, seq > model.highest ? "new" : "late");
          if (verdict === "late") model.refilled++;
          if (bad) tracker.quarantine(seq);
          else tracker.store(seq);
          model.kept.set(seq, bad ? "quarantined" : "stored");
        });
        const state = tracker.state();
        const stored = [...model.kept.values()].filter((kind) => kind === "stored").length;
        assert.equal(state.highest, model.highest);
        assert.equal(state.stored, stored);
        assert.equal(state.quarantined, model.kept.size - stored);
        assert.equal(state.refilled, model.refilled);
        assert.equal(state.duplicates, model.duplicates);
        assert.deepEqual(expand(state.missing), model.missing());
        assert.equal(
          state.highest,
          state.stored + state.quarantined + countOf(state.missing),
          "the conservation law",
        );
        for (let index = 1; index < state.missing.length; index++) {
          const [before, after] = [state.missing[index - 1], state.missing[index]];
          assert.ok(before && after && before[1] + 1 < after[0], "gaps ascend and don't touch");
        }
      }),
    );
  });

  it("keeps at most MAX_GAPS separate gaps and says so instead of forgetting one", () => {
    const tracker = new SequenceTracker(PUBLISHER);
    for (let gap = 1; gap <= MAX_GAPS; gap++) tracker.store(gap * 2);
    assert.equal(tracker.verdict(MAX_GAPS * 2 + 2), "untrackable");
    assert.equal(tracker.verdict(MAX_GAPS * 2 + 1), "new", "the next number opens no gap");
    assert.equal(tracker.verdict(1), "late", "a gap can still be closed");
    const wide = new SequenceTracker(PUBLISHER);
    wide.store(11);
    for (let gap = 1; gap < MAX_GAPS; gap++) wide.store(11 + gap * 2);
    assert.equal(wide.verdict(5), "untrackable", "the middle of a gap would make two of it");
    assert.equal(wide.verdict(1), "late");
  });
});

describe("receiptOf", () => {
  it("speaks only of what is certain: covered and listed together are every number up to through", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 900 });
    fc.assert(
      fc.property(numbers, (seqs) => {
        const tracker = new SequenceTracker(PUBLISHER);
        for (const seq of seqs) tracker.store(seq);
        const receipt = receiptOf(tracker.state(), "2026-11-23T10:00:00Z");
        assert.ok(receipt.missing.length <= RECEIPT_LIST_LIMIT);
        const missing = new Set(expand(receipt.missing as [number, number][]));
        const arrived = new Set(seqs);
        for (let seq = 1; seq <= receipt.through; seq++)
          assert.equal(missing.has(seq), !arrived.has(seq), `number ${seq}`);
      }),
      { numRuns: 50 },
    );
  });
});

function expand(ranges: readonly (readonly [number, number])[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}
