import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { capabilityOf, placeIndex, spreadIndex } from "../../../src/monitor/quality/capability.ts";
import {
  type ChartSample,
  type FrozenLimits,
  freezeLimits,
  spreadLimits,
} from "../../../src/monitor/quality/chart-limits.ts";
import { chartPoints } from "../../../src/monitor/quality/control-chart.ts";
import { c4, d2, deviationFactors, rangeFactors } from "../../../src/monitor/quality/control-constants.ts";
import {
  chiSquaredQuantile,
  normalQuantile,
  studentQuantile,
} from "../../../src/monitor/quality/distributions.ts";

/** Equal when rounded to the digits that were published. */
function near(found: number | undefined, published: number, decimals: number): void {
  assert.ok(found !== undefined);
  assert.ok(Math.abs(found - published) <= 0.500001 * 10 ** -decimals, `${found} is not ${published}`);
}

function sampleOf(values: readonly number[], atMs: number): ChartSample {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const m2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { atMs, n, mean, range: Math.max(...values) - Math.min(...values), m2 };
}

function single(values: readonly number[]): ChartSample[] {
  return values.map((value, index) => ({ atMs: index, n: 1, mean: value, range: 0, m2: 0 }));
}

const GIVEN: FrozenLimits = {
  spread: "moving_range",
  samples: 0,
  leftOut: 0,
  subgroup: 1,
  fromMs: 0,
  toMs: 0,
  center: 0,
  sigma: 1,
  spreadCenter: 1.128,
};

describe("constants (ISO 7870-2 table 2, AIAG SPC appendix E)", () => {
  it("A2, D3, D4, d2", () => {
    const published = [
      [2, 1.88, 0, 3.267, 1.128],
      [3, 1.023, 0, 2.574, 1.693],
      [4, 0.729, 0, 2.282, 2.059],
      [5, 0.577, 0, 2.114, 2.326],
      [6, 0.483, 0, 2.004, 2.534],
      [7, 0.419, 0.076, 1.924, 2.704],
      [8, 0.373, 0.136, 1.864, 2.847],
      [9, 0.337, 0.184, 1.816, 2.97],
      [10, 0.308, 0.223, 1.777, 3.078],
    ] as const;
    for (const [n, a2, lower, upper, mean] of published) {
      const found = rangeFactors(n);
      near(found.a2, a2, 3);
      near(found.lower, lower, 3);
      // D4(3) is printed as 2.574 and 2.575, D4(5) as 2.114 and 2.115.
      assert.ok(Math.abs(found.upper - upper) < 0.0011, `D4(${n}) ${found.upper}`);
      near(d2(n), mean, 3);
    }
  });

  it("c4, A3, B3, B4", () => {
    const published = [
      [2, 0.7979, 2.659, 0, 3.267],
      [5, 0.94, 1.427, 0, 2.089],
      [10, 0.9727, 0.975, 0.284, 1.716],
      [25, 0.9896, 0.606, 0.565, 1.435],
    ] as const;
    for (const [n, c, a3, lower, upper] of published) {
      const found = deviationFactors(n);
      near(c4(n), c, 4);
      near(found.a3, a3, 3);
      near(found.lower, lower, 3);
      near(found.upper, upper, 3);
    }
  });
});

describe("quantiles (NIST/SEMATECH e-Handbook 1.3.6.7, tables)", () => {
  it("of the normal, Student's and the chi-squared distribution", () => {
    near(normalQuantile(0.975), 1.96, 2);
    near(normalQuantile(0.99865), 3, 3);
    near(studentQuantile(0.975, 10), 2.228, 3);
    near(studentQuantile(0.995, 49), 2.68, 2);
    near(studentQuantile(0.975, 1), 12.706, 3);
    near(chiSquaredQuantile(0.025, 19), 8.907, 3);
    near(chiSquaredQuantile(0.975, 19), 32.852, 3);
    near(chiSquaredQuantile(0.95, 100), 124.342, 3);
    near(chiSquaredQuantile(0.95, 1), 3.841, 3);
  });
});

describe("individuals and moving range: NIST/SEMATECH e-Handbook 6.3.2.2, flow rates of ten batches", () => {
  const flow = single([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]);
  const limits = freezeLimits(flow, "imr", false);

  it("centre 50.81, limits 45.8159 and 55.8041, mean moving range 1.8778", () => {
    near(limits?.center, 50.81, 2);
    near(limits?.spreadCenter, 1.8778, 4);
    const [point] = limits === undefined ? [] : chartPoints(flow, limits, "imr", ["beyond_3_sigma"]);
    near(point?.upper, 55.8041, 2);
    near(point?.lower, 45.8159, 2);
    near(limits === undefined ? undefined : spreadLimits(limits).upper, 3.267 * 1.8778, 2);
  });
});

describe("EWMA: NIST/SEMATECH e-Handbook 6.3.2.4", () => {
  it("lambda 0.3, mean 50, s 2.0539: the published averages and limits, none beyond", () => {
    const data = single([
      52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6,
      52.1,
    ]);
    const published = [
      50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38,
      49.92, 50.73, 51.23, 51.94, 51.99,
    ];
    const points = chartPoints(data, { ...GIVEN, center: 50, sigma: 2.0539 }, "ewma", [], {
      weight: 0.3,
      width: 3,
    });
    for (const [index, value] of published.entries()) near(points[index]?.value, value, 2);
    near(points.at(-1)?.upper, 52.5884, 2);
    near(points.at(-1)?.lower, 47.4115, 2);
    assert.ok(points.every(({ signals }) => signals.length === 0));
  });
});

describe("CUSUM: NIST/SEMATECH e-Handbook 6.3.2.3", () => {
  it("target 325, k 0.3175, h 4.1959: the sums, and a signal at the fourteenth point", () => {
    const data = single([
      324.925, 324.675, 324.725, 324.35, 325.35, 325.225, 324.125, 324.525, 325.225, 324.6, 324.625, 325.15,
      328.325, 327.25, 327.825, 328.5, 326.675, 327.775, 326.875, 328.35,
    ]);
    // In standard deviations of 1, as the handbook's k and h are in the unit of the data.
    const points = chartPoints(data, { ...GIVEN, center: 325 }, "cusum", [], {
      slack: 0.3175,
      decision: 4.1959,
    });
    near(points[12]?.value, 3.0075, 2);
    near(points[13]?.value, 4.94, 2);
    near(points[19]?.value, 19.04, 2);
    assert.equal(
      points.findIndex(({ signals }) => signals.length > 0),
      13,
    );
  });
});

describe("capability", () => {
  it("NIST/SEMATECH e-Handbook 6.1.6: limits 8 and 20, mean 16, s 2 gives Cp 1.0 and Cpk 0.6667", () => {
    near(spreadIndex(8, 20, 2, 49)?.value, 1, 4);
    near(placeIndex(16, 8, 20, 2, 50, 49).value, 0.6667, 4);
  });

  it("Montgomery, Introduction to SQC, example 8.4: Cp 2.29 from 20 values is 1.57 to 3.01", () => {
    const cp = spreadIndex(38, 62, 1.75, 19);
    near(cp?.value, 2.29, 2);
    // He goes on with 2.29 and with chi-squared to two decimals.
    assert.ok(Math.abs((cp?.low ?? 0) - 1.57) < 0.01 && Math.abs((cp?.high ?? 0) - 3.01) < 0.01);
  });

  it("Bissell's interval by hand: 1.33 +- 1.96 sqrt(1/180 + 1.33^2/38) is 0.883 to 1.777", () => {
    const cpk = placeIndex(0, -3.99, 10, 1, 20, 19);
    near(cpk.low, 0.883, 3);
    near(cpk.high, 1.777, 3);
  });
});

describe("means and ranges: Montgomery, Introduction to SQC, table 5.3, piston rings (data set of R package qcc)", () => {
  const rings = [
    [74.03, 74.002, 74.019, 73.992, 74.008],
    [73.995, 73.992, 74.001, 74.011, 74.004],
    [73.988, 74.024, 74.021, 74.005, 74.002],
    [74.002, 73.996, 73.993, 74.015, 74.009],
    [73.992, 74.007, 74.015, 73.989, 74.014],
    [74.009, 73.994, 73.997, 73.985, 73.993],
    [73.995, 74.006, 73.994, 74.0, 74.005],
    [73.985, 74.003, 73.993, 74.015, 73.988],
    [74.008, 73.995, 74.009, 74.005, 74.004],
    [73.998, 74.0, 73.99, 74.007, 73.995],
    [73.994, 73.998, 73.994, 73.995, 73.99],
    [74.004, 74.0, 74.007, 74.0, 73.996],
    [73.983, 74.002, 73.998, 73.997, 74.012],
    [74.006, 73.967, 73.994, 74.0, 73.984],
    [74.012, 74.014, 73.998, 73.999, 74.007],
    [74.0, 73.984, 74.005, 73.998, 73.996],
    [73.994, 74.012, 73.986, 74.005, 74.007],
    [74.006, 74.01, 74.018, 74.003, 74.0],
    [73.984, 74.002, 74.003, 74.005, 73.997],
    [74.0, 74.01, 74.013, 74.02, 74.003],
    [73.982, 74.001, 74.015, 74.005, 73.996],
    [74.004, 73.999, 73.99, 74.006, 74.009],
    [74.01, 73.989, 73.99, 74.009, 74.014],
    [74.015, 74.008, 73.993, 74.0, 74.01],
    [73.982, 73.984, 73.995, 74.017, 74.013],
  ].map((values, atMs) => sampleOf(values, atMs));
  const limits = freezeLimits(rings, "xbar_r");

  it("grand mean 74.001, mean range 0.023, limits 73.988 and 74.014, of ranges 0 and 0.049; none beyond", () => {
    near(limits?.center, 74.001, 3);
    near(limits?.spreadCenter, 0.023, 3);
    const points = limits === undefined ? [] : chartPoints(rings, limits, "xbar_r", ["beyond_3_sigma"]);
    near(points[0]?.lower, 73.988, 3);
    // He rounds the mean range to 0.023 before.
    assert.ok(Math.abs((points[0]?.upper ?? 0) - 74.014) < 0.001);
    // 2.115 times 0.023, as he rounds, is 0.049; not rounded it is 0.048.
    assert.ok(Math.abs((limits === undefined ? 0 : spreadLimits(limits).upper) - 0.0485) < 0.001);
    assert.ok(points.every(({ signals }) => signals.length === 0));
    assert.equal(limits?.leftOut, 0);
  });

  it("standard deviation 0.0099; Cp for 74.000 +- 0.05 mm 1.68", () => {
    near(limits?.sigma, 0.0099, 3);
    const found = capabilityOf(rings, { lower: 73.95, upper: 74.05 });
    // He divides by 0.0099; by the mean range not rounded it is 1.70.
    assert.ok(Math.abs((found?.cp?.value ?? 0) - 1.68) < 0.03, String(found?.cp?.value));
  });
});
