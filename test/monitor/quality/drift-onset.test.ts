import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { driftOnset } from "../../../src/monitor/quality/drift-onset.ts";

suite("when a drift began", () => {
  test("at the bend of a level that turns into a slope, wherever that is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 60 }),
        fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        fc.double({ min: -5, max: -0.5, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (n, share, slope, level) => {
          const bend = Math.min(n - 3, Math.round(n * share));
          const points = Array.from({ length: n }, (_, hours) => ({
            hours,
            apart: level + slope * Math.max(0, hours - bend),
          }));
          assert.equal(driftOnset(points), bend);
        },
      ),
    );
  });

  test("at the first sample where it drifts all the time", () => {
    const points = Array.from({ length: 20 }, (_, at) => ({ hours: 3 + at / 2, apart: 7 - at }));
    assert.equal(driftOnset(points), 3);
  });
});
