import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  contentLimits,
  packersRules,
  referencePlan,
  referenceTest,
} from "../../../src/monitor/quality/net-content.ts";

describe("net content (76/211/EEC)", () => {
  it("tolerable errors of annex I, 2.4", () => {
    const published = [
      [5, 0.5],
      [50, 4.5],
      [75, 4.5],
      [100, 4.5],
      [150, 6.8],
      [200, 9],
      [250, 9],
      [400, 12],
      [750, 15],
      [1500, 22.5],
      [10_000, 150],
    ] as const;
    for (const [nominal, tolerable] of published)
      assert.ok(Math.abs((contentLimits(nominal)?.tolerableG ?? 0) - tolerable) < 1e-9, `${nominal} g`);
    assert.equal(contentLimits(4), undefined);
    assert.equal(contentLimits(10_001), undefined);
  });

  it("a bar of 100 g: T1 95.5 g, T2 91.0 g", () => {
    assert.deepEqual(contentLimits(100), { nominalG: 100, tolerableG: 4.5, t1G: 95.5, t2G: 91 });
  });

  it("the packer's rules: mean at least nominal, at most 2.5 % below T1, none below T2", () => {
    const limits = contentLimits(100);
    assert.ok(limits !== undefined);
    const good = packersRules(limits, { n: 400, meanG: 100, deviationG: 1, belowT1: 10, belowT2: 0 });
    assert.ok(good.every(({ passed }) => passed));
    const bad = packersRules(limits, { n: 400, meanG: 99.99, deviationG: 1, belowT1: 11, belowT2: 1 });
    assert.ok(bad.every(({ passed }) => !passed));
  });

  it("the plans of annex II: 50/3, 80/5, 125/7, and the mean's 0.503 s of 30, 0.379 s of 50", () => {
    assert.equal(referencePlan(99), undefined);
    assert.deepEqual(referencePlan(500), { sample: 50, accepted: 3, meanSample: 30, meanFactor: 0.503 });
    assert.deepEqual(referencePlan(501), { sample: 80, accepted: 5, meanSample: 50, meanFactor: 0.379 });
    assert.deepEqual(referencePlan(3201), { sample: 125, accepted: 7, meanSample: 50, meanFactor: 0.379 });
  });

  it("a batch whose mean is under nominal by less than 0.379 s passes, by more it doesn't", () => {
    const limits = contentLimits(100);
    assert.ok(limits !== undefined);
    // Deviations +1 and -1 in turn: s = sqrt(50/49) = 1.0102, and 0.379 s = 0.3829.
    const around = (mean: number) =>
      Array.from({ length: 125 }, (_, index) => mean + (index % 2 === 0 ? 1 : -1));
    assert.ok(referenceTest(limits, around(99.62), 10_000)?.checks.every(({ passed }) => passed));
    assert.equal(referenceTest(limits, around(99.61), 10_000)?.checks[0]?.passed, false);
    const defective = around(100).map((weight, index) => (index < 8 ? 95 : weight));
    assert.equal(referenceTest(limits, defective, 10_000)?.checks[1]?.passed, false);
    assert.equal(referenceTest(limits, around(100).slice(1), 10_000), undefined);
  });
});
