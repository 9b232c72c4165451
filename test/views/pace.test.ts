import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { paceAfter } from "../../src/views/pace.ts";

describe("how a follower goes on after a step", () => {
  it("keeps two portions at the log's end apart, counted from where the first began", () => {
    const step = { folded: 20, committed: 3, atEnd: true };
    assert.equal(paceAfter({ ...step, workedMs: 10 }).restMs, 40);
    assert.equal(paceAfter({ ...step, workedMs: 300 }).restMs, 0);
  });

  it("goes on at once where it is behind, and can fold more than is committed", () => {
    const pace = paceAfter({ workedMs: 1_000, folded: 60_000, committed: 59_000, atEnd: false });
    assert.deepEqual(pace, { restMs: 0, portionMs: undefined });
  });

  it("leaves the processor to whoever commits more than it can fold", () => {
    const pace = paceAfter({ workedMs: 100, folded: 2_000, committed: 11_000, atEnd: false });
    assert.ok(pace.restMs >= 1_000, `rests ${pace.restMs} ms`);
    assert.ok((pace.portionMs ?? Number.POSITIVE_INFINITY) < 100);
  });

  it("does the same where it stands at the log's end: the rush has begun meanwhile", () => {
    assert.ok(paceAfter({ workedMs: 100, folded: 500, committed: 11_000, atEnd: true }).restMs >= 1_000);
  });

  it("takes a few messages during a slow step for no rush", () => {
    assert.equal(paceAfter({ workedMs: 400, folded: 1, committed: 400, atEnd: false }).restMs, 0);
  });

  it("never rests without an end, whatever happened", () => {
    const step = fc.record({
      workedMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
      folded: fc.nat(),
      committed: fc.integer(),
      atEnd: fc.boolean(),
    });
    fc.assert(
      fc.property(step, (each) => {
        const { restMs } = paceAfter(each);
        assert.ok(restMs >= 0 && restMs <= 50 + 20 * each.workedMs);
      }),
    );
  });
});
