import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { joinedIntervals } from "../../../src/monitor/machine-state/joined-intervals.ts";
import type { StateInterval } from "../../../src/monitor/machine-state/state-intervals.ts";

const STATES = ["Execute", "Held", "unknown"] as const;

/** Intervals of so many milliseconds each, one after the other. */
function intervals(
  parts: readonly (readonly [state: StateInterval["state"], ms: number])[],
): StateInterval[] {
  let reachedMs = 1_000;
  return parts.map(([state, ms]) => {
    const fromMs = reachedMs;
    reachedMs += ms;
    return { fromMs, toMs: reachedMs, state, mode: null, reason: null, unknownWhy: null };
  });
}

suite("fewer intervals in place of many", () => {
  test("few enough are kept as they are", () => {
    const few = intervals([
      ["Execute", 100],
      ["Held", 1],
      ["Execute", 100],
    ]);
    assert.deepEqual(
      joinedIntervals(few, 3),
      few.map((interval) => ({ ...interval, joined: 1 })),
    );
  });

  test("short ones say what took most of their time, long ones stay", () => {
    const many = intervals([
      ["Execute", 1_000],
      ["Held", 4],
      ["Execute", 3],
      ["Held", 4],
      ["Execute", 3],
      ["Held", 4],
      ["Execute", 1_000],
    ]);
    assert.deepEqual(
      joinedIntervals(many, 6).map(({ fromMs, toMs, state, joined }) => [fromMs, toMs, state, joined]),
      [
        [1_000, 2_000, "Execute", 1],
        [2_000, 2_018, "Held", 5],
        [2_018, 3_018, "Execute", 1],
      ],
    );
  });

  test("whatever there is: no more than asked for, no hole, and every interval counted once", () => {
    const parts = fc.array(fc.tuple(fc.constantFrom(...STATES), fc.integer({ min: 1, max: 500 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(parts, fc.integer({ min: 2, max: 60 }), (given, most) => {
        const whole = intervals(given);
        const found = joinedIntervals(whole, most);
        assert.ok(found.length <= most, `${found.length} of ${most}`);
        assert.equal(found[0]?.fromMs, whole[0]?.fromMs);
        assert.equal(found.at(-1)?.toMs, whole.at(-1)?.toMs);
        for (const [index, { toMs }] of found.slice(0, -1).entries())
          assert.equal(found[index + 1]?.fromMs, toMs);
        assert.equal(
          found.reduce((sum, { joined }) => sum + joined, 0),
          whole.length,
        );
        // What is shown of a state is never made up: it was in it somewhere between the two ends.
        for (const { fromMs, toMs, state } of found)
          assert.ok(whole.some((each) => each.state === state && each.fromMs >= fromMs && each.toMs <= toMs));
      }),
    );
  });
});
