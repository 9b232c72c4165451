import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isStable } from "../../../src/monitor/quality/capability.ts";
import { comparePlaces } from "../../../src/monitor/quality/places.ts";
import { brokenRules, RULE_SETS, type Rule } from "../../../src/monitor/quality/runs-rules.ts";

/** The first point (counted from 1) that breaks a rule; 0 when none does. */
const firstBreak = (rule: Rule, values: readonly number[]) =>
  brokenRules(values, [rule]).findIndex((broken) => broken.length > 0) + 1;

describe("rules of control charts, each just met and just missed", () => {
  const cases: readonly (readonly [Rule, readonly number[], number])[] = [
    ["beyond_3_sigma", [0, 3, -3, 3.01], 4],
    ["two_of_three_beyond_2_sigma", [2.1, 0, 2.1], 3],
    ["two_of_three_beyond_2_sigma", [2.1, 0, 0, 2.1], 0],
    ["two_of_three_beyond_2_sigma", [2.1, -2.1, 0], 0],
    ["four_of_five_beyond_1_sigma", [-1.1, -1.1, 0, -1.1, -1.1], 5],
    ["four_of_five_beyond_1_sigma", [1.1, 1.1, 1.1, 0.9, 0.9], 0],
    ["eight_on_one_side", [...Array(8).fill(0.1)], 8],
    ["eight_on_one_side", [...Array(7).fill(0.1), 0], 0],
    ["nine_on_one_side", [...Array(9).fill(-0.1)], 9],
    ["six_trending", [1, 2, 3, 4, 5, 6].map((value) => value / 10), 6],
    ["six_trending", [1, 2, 3, 4, 5, 5].map((value) => value / 10), 0],
    ["fourteen_alternating", Array.from({ length: 14 }, (_, index) => (index % 2 === 0 ? 0.5 : -0.5)), 14],
    ["fourteen_alternating", Array.from({ length: 13 }, (_, index) => (index % 2 === 0 ? 0.5 : -0.5)), 0],
    ["fifteen_within_1_sigma", Array(15).fill(0.9), 15],
    ["fifteen_within_1_sigma", [...Array(14).fill(0.9), 1], 0],
    ["eight_beyond_1_sigma", [1.1, -1.1, 1.1, -1.1, 1.1, -1.1, 1.1, -1.1], 8],
  ];
  for (const [rule, values, at] of cases) {
    it(`${rule} ${at === 0 ? "is not broken" : `is broken at ${at}`} by ${values.length} points`, () => {
      assert.equal(firstBreak(rule, values), at);
    });
  }

  it("the sets are those of Western Electric and of Nelson", () => {
    assert.equal(RULE_SETS.western_electric.length, 4);
    assert.equal(RULE_SETS.nelson.length, 8);
  });
});

describe("stability", () => {
  it("no point of up to sixty may be beyond 3 sigma; of thousands, what chance gives", () => {
    assert.equal(isStable(0, 25, 0.0027), true);
    assert.equal(isStable(1, 60, 0.0027), false);
    assert.equal(isStable(13, 2880, 0.0027), true);
    assert.equal(isStable(14, 2880, 0.0027), false);
  });
});

describe("nozzles side by side", () => {
  const noise = (index: number) => 0.3 * Math.sin(12.9898 * (index + 1) * 78.233);
  const samples = (drift: number) =>
    Array.from({ length: 24 }, (_, index) => ({
      atMs: index * 900_000,
      values: new Map(
        Array.from({ length: 10 }, (_, nozzle) => [
          nozzle + 1,
          100 + index / 10 + noise(31 * index + nozzle) - (nozzle === 3 ? (drift * index) / 4 : 0),
        ]),
      ),
    }));

  it("the one that drifts is named, with how much and how sure; what all share is no drift", () => {
    const found = comparePlaces(samples(0.5));
    assert.deepEqual(
      found.filter(({ drifts }) => drifts).map(({ place }) => place),
      [4],
    );
    const [fourth] = found.filter(({ place }) => place === 4);
    assert.ok(Math.abs((fourth?.driftPerHour ?? 0) + 0.5) < 0.1);
    assert.ok((fourth?.confidence ?? 0) > 0.999);
    assert.ok(comparePlaces(samples(0)).every(({ drifts }) => !drifts));
  });
});
