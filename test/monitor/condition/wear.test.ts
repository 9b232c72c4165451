import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type WearPoint, wearFinding, wearOf } from "../../../src/monitor/condition/wear.ts";
import { robustLine, robustSigma } from "../../../src/monitor/robust.ts";
import { RandomStream } from "../../../src/simulator/random-stream.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const HOUR_MS = 3_600_000;
const MICRONS_PER_HOUR = 0.004;
const LIMIT = 28;
const LEVELS = { dark: 19.5, milk: 22 } as const;

/** A part that works half of the time, on one product or the other, and wears; noise of 0.15. */
function worn(hours: number, slope = MICRONS_PER_HOUR, from = 0): WearPoint[] {
  const random = new RandomStream(7, "wear");
  return Array.from({ length: hours / 4 }, (_, index) => {
    const usage = from + index * 4;
    const group = Math.floor(index / 9) % 2 === 0 ? "dark" : "milk";
    const value = LEVELS[group] + slope * usage + 0.15 * random.normal();
    return { atMs: START_MS + index * 8 * HOUR_MS, usage, value, group };
  });
}

suite("wear", () => {
  test("reaches its limit when the line says so, within its interval", () => {
    const points = worn(600);
    const wear = wearOf(points, LIMIT);
    assert.ok(wear !== undefined);
    assert.ok(
      wear.line.low < MICRONS_PER_HOUR && MICRONS_PER_HOUR < wear.line.high,
      JSON.stringify(wear.line),
    );
    assert.equal(wear.group, "milk");
    const truth = (LIMIT - LEVELS.milk) / MICRONS_PER_HOUR;
    assert.ok(wear.usageAtLimitEarly < truth && truth < (wear.usageAtLimitLate ?? 0));
    const truthMs = START_MS + truth * 2 * HOUR_MS;
    assert.ok(wear.earlyMs < truthMs && truthMs < (wear.lateMs ?? 0));
  });

  test("a change of product is no wear, and noise without a slope is none", () => {
    assert.equal(wearOf(worn(600, 0), LIMIT), undefined);
    assert.equal(wearOf(worn(40), LIMIT), undefined);
  });

  test("begins anew when the part was renewed", () => {
    const before = worn(600).map((point) => ({ ...point, value: point.value + 3 }));
    const after = worn(200).map((point) => ({ ...point, atMs: point.atMs + 600 * 2 * HOUR_MS }));
    assert.deepEqual(wearOf([...before, ...after], LIMIT), wearOf(after, LIMIT));
  });

  test("is told in a sentence with its day", () => {
    const finding = wearFinding(
      {
        ...{ machine: "a/b/s3_refining/refiner-01", tag: "particle_size_um" },
        wordsOf: (tag) =>
          tag === "roll_hours_h" ? { label: "hours on rolls", unit: "h" } : { label: "D90", unit: "µm" },
      },
      "roll_hours_h",
      worn(600),
      LIMIT,
    );
    assert.equal(finding?.kind, "wear");
    assert.match(
      finding?.says ?? "",
      /^rises by \d[.]\d+ µm in 1,000 h; reaches its alarm limit of 28 µm about 2026-\d\d-\d\d, when "hours on rolls" is [\d,.]+ h$/,
    );
    assert.ok((finding?.sure ?? 0) > 0.5);
  });
});

suite("robust figures", () => {
  test("a few wrong points turn neither the line nor the spread", () => {
    const points = Array.from({ length: 30 }, (_, x): [number, number] => [x, x % 10 === 3 ? 900 : 2 * x]);
    assert.equal(robustLine([points]).slope, 2);
    // 1.4826 times the median of |x - 3| of 1, 2, 3, 4, 100.
    assert.equal(robustSigma([1, 2, 3, 4, 100]), 1.4826);
  });

  test("the slope of a worked example and its 95 % interval", () => {
    // By hand, the slopes of all pairs: 1, 1, 1.5, 2, 2, 2, 2.33, 2.5, 2.5, 4. S of 5 points has a variance of 50 / 3, so
    // that the interval begins at the rank (10 - 8) / 2 and ends at (10 + 8) / 2 + 1.
    const line = robustLine([
      [
        [1, 1],
        [2, 3],
        [3, 4],
        [4, 8],
        [5, 9],
      ],
    ]);
    assert.equal(line.slope, 2);
    assert.deepEqual([line.low, line.high], [1, 4]);
    assert.equal(line.tau, 1);
  });
});
