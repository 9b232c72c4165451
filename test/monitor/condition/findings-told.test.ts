import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LookedAtTag } from "../../../src/monitor/condition/condition-finding.ts";
import { findDrift } from "../../../src/monitor/condition/drift.ts";
import { findNoValue, findOutOfRange } from "../../../src/monitor/condition/limits-crossed.ts";
import { MANY } from "../../../src/monitor/condition/noise-level.ts";
import { findNoisy } from "../../../src/monitor/condition/noisy.ts";
import { findStuck, movingTags } from "../../../src/monitor/condition/stuck.ts";
import type { NumberMinute } from "../../../src/monitor/condition/tag-minutes.ts";
import { RandomStream } from "../../../src/simulator/random-stream.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MINUTE_MS = 60_000;
const HOUR = 60;

const WORDS: { readonly [tag: string]: { readonly label: string; readonly unit: string | undefined } } = {
  inlet_c: { label: "inlet", unit: "°C" },
  nozzles_bar: { label: "nozzles", unit: "bar" },
  deposit_g: { label: "deposit", unit: "g" },
  dew_point_c: { label: "dew point", unit: "°C" },
  moulds: { label: "moulds", unit: undefined },
};

function tagOf(tag: string): LookedAtTag {
  return {
    ...{ machine: "a/b/s5_tempering/temper-01", tag },
    wordsOf: (name) => WORDS[name] ?? { label: name, unit: undefined },
  };
}

/** A minute of the values that a function of the time in minutes gives, `count` of them, of three decimals. */
function minuteOf(valueAt: (minute: number) => number, index: number, count: number): NumberMinute {
  const values = Array.from(
    { length: count },
    (_, part) => Math.round(1000 * valueAt(index + part / count)) / 1000,
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const atMs = START_MS + index * MINUTE_MS;
  return {
    ...{
      atMs,
      values: count,
      firstAtMs: atMs,
      lastAtMs: atMs,
      first: values[0] ?? 0,
      last: values.at(-1) ?? 0,
    },
    ...{ count, min: Math.min(...values), max: Math.max(...values), mean },
    sd: count < 2 ? null : Math.sqrt(squares / (count - 1)),
    ...{ good: 1, uncertain: 0, bad: 0, words: [] },
  };
}

function minutesOf(minutes: number, count: number, valueAt: (minute: number) => number): NumberMinute[] {
  return Array.from({ length: minutes }, (_, index) => minuteOf(valueAt, index, count));
}

/** Six hours of comparison, then what is looked at. */
const COMPARED = 6 * HOUR;
const FROM_MS = START_MS + COMPARED * MINUTE_MS;

for (const count of [1, 5, 7, 12, 60]) {
  suite(`a noisy reading of ${count} values a minute`, () => {
    const noise = (sigma: number) => {
      const random = new RandomStream(7, "noise");
      return () => sigma * random.normal();
    };
    const found = (minutes: number, valueAt: (minute: number) => number) =>
      findNoisy(tagOf("inlet_c"), minutesOf(minutes, count, valueAt), FROM_MS);

    test("is one that jumps to and fro more than ever before", () => {
      const [calm, wild] = [noise(0.05), noise(1)];
      const findings = found(9 * HOUR, (at) => 45 + (at < 7 * HOUR ? calm() : wild()));
      assert.equal(findings.length, 1);
      const [finding] = findings;
      assert.ok(Math.abs((finding?.fromMs ?? 0) - START_MS - 7 * HOUR * MINUTE_MS) < 15 * MINUTE_MS);
      assert.match(finding?.says ?? "", /^jumps by [\d.]+ °C from value to value; before at most 0\.\d+ °C$/);
      const { noise: measured } = finding?.evidence ?? {};
      // Means of several values a minute are calmer by the root of their number.
      const sigma = count < MANY ? 1 / Math.sqrt(count) : 1;
      assert.ok(Number(measured) > 0.6 * sigma && Number(measured) < 1.6 * sigma, `${measured}`);
    });

    test("isn't one that is emptied or filled, however fast, evenly or in steps", () => {
      const calm = noise(0.05);
      const courses: ((at: number) => number)[] = [
        (at) => 5000 - 40 * at,
        (at) => 100 * Math.floor(at),
        (at) => 250 * Math.floor(at / 2.5),
        (at) => 5000 * Math.exp(-at / 20),
      ];
      for (const course of courses) {
        const pumped = (at: number) => Math.min(40, Math.max(0, at - 7 * HOUR));
        assert.deepEqual(
          found(9 * HOUR, (at) => course(pumped(at)) + calm()),
          [],
        );
      }
    });

    test("isn't one that stood still for all that is known, or is switched on and off", () => {
      const calm = noise(12);
      assert.deepEqual(
        found(24 * HOUR, (at) => (at < COMPARED ? 0 : 600 + calm())),
        [],
      );
      assert.deepEqual(
        found(24 * HOUR, (at) => (Math.floor(at / 25) % 2 === 0 ? 0 : 600)),
        [],
      );
      assert.deepEqual(
        found(24 * HOUR, (at) => (at < COMPARED || Math.floor(at / 9) % 2 === 0 ? 0 : 600)),
        [],
      );
    });

    test("isn't one that is as it always was, wherever in the minute its tooth falls", () => {
      const teeth = (at: number) => 600 + 100 * ((at < 7 * HOUR ? at : at + 0.4) % 1);
      assert.deepEqual(found(9 * HOUR, teeth), []);
    });
  });
}

suite("a frozen reading", () => {
  const random = new RandomStream(7, "frozen");
  const moves = (level: number) => () => level + 0.1 * random.normal();
  const beside = (tag: string, minutes: readonly NumberMinute[]) => movingTags(new Map([[tag, minutes]]));

  test("is told with what changed meanwhile, in minutes throughout", () => {
    const pressure = moves(1.67);
    const nozzles = minutesOf(9 * HOUR, 12, (at) => (at >= 420 && at < 510 ? 1.674 : pressure()));
    const deposit = minutesOf(9 * HOUR, 12, moves(100));
    const [finding] = findStuck(tagOf("nozzles_bar"), nozzles, beside("deposit_g", deposit), FROM_MS);
    assert.equal(
      finding?.says,
      "exactly 1.674 bar for 90 min while the deposit changed; in 450 other minutes both always moved together",
    );
  });

  test("is told in hours throughout where it lasts for hours", () => {
    const pressure = moves(1.67);
    const nozzles = minutesOf(20 * HOUR, 12, (at) => (at >= 420 && at < 720 ? 1.67 : pressure()));
    const dewPoint = minutesOf(20 * HOUR, 12, moves(9));
    const [finding] = findStuck(tagOf("nozzles_bar"), nozzles, beside("dew_point_c", dewPoint), FROM_MS);
    assert.equal(
      finding?.says,
      'exactly 1.67 bar for 5 h while "dew point" changed; in 15 other hours both always moved together',
    );
  });

  test("isn't a tunnel that is full, nor what hardly ever moved", () => {
    const dewPoint = beside("dew_point_c", minutesOf(24 * HOUR, 12, moves(9)));
    const full = minutesOf(24 * HOUR, 12, (at) => Math.min(290, Math.floor(10 * Math.max(0, at - 180))));
    assert.deepEqual(findStuck(tagOf("moulds"), full, dewPoint, START_MS), []);
    // Emptied and filled again, three times: still the most that it holds.
    const course = (at: number) => (at % 480 < 240 ? Math.floor(290 - Math.abs((at % 480) - 120) * 2) : 290);
    assert.deepEqual(findStuck(tagOf("moulds"), minutesOf(24 * HOUR, 12, course), dewPoint, START_MS), []);
    // What only counts up is neither a sensor nor a companion of one.
    const counter = minutesOf(24 * HOUR, 12, (at) => Math.floor(at < 600 || at > 700 ? at * 10 : 6000));
    assert.deepEqual(findStuck(tagOf("moulds"), counter, dewPoint, START_MS), []);
    const stuck = minutesOf(24 * HOUR, 12, (at) => (at < 600 || at > 700 ? 9 + Math.sin(at) : 9));
    const counting = beside(
      "moulds",
      minutesOf(24 * HOUR, 12, (at) => Math.floor(at * 10)),
    );
    assert.deepEqual(findStuck(tagOf("dew_point_c"), stuck, counting, START_MS), []);
    // An hour of moving doesn't say what it does in ten.
    const short = minutesOf(11 * HOUR, 12, (at) => (at < 60 ? 100 + 50 * Math.sin(at) : 120));
    assert.deepEqual(findStuck(tagOf("moulds"), short, dewPoint, START_MS), []);
  });
});

suite("other findings are told", () => {
  test("a drift by the hour, with what it did before", () => {
    const random = new RandomStream(7, "drift");
    const minutes = minutesOf(31 * HOUR, 1, (at) => 16 + 0.1 * random.normal() + Math.max(0, at - 1500) / 75);
    const [finding] = findDrift(tagOf("inlet_c"), minutes, START_MS + 24 * HOUR * MINUTE_MS);
    assert.match(
      finding?.says ?? "",
      /^rises steadily by 0\.\d+ °C an hour for [\d.]+ h; 2\.\d+ °C in 3 h, before at most 0\.\d+ °C$/,
    );
  });

  test("what stood still while there was something to compare with is no drift when it moves at last", () => {
    const bin = minutesOf(31 * HOUR, 1, (at) => 80 - Math.max(0, at - 1500) / 20);
    assert.deepEqual(findDrift(tagOf("inlet_c"), bin, START_MS + 24 * HOUR * MINUTE_MS), []);
  });

  test("a limit with its side, and what came last before there was no value", () => {
    const cold = minutesOf(45, 1, () => 12);
    const [low] = findOutOfRange(tagOf("inlet_c"), cold, () => ({ alarm_low: 14, alarm_high: 19 }), START_MS);
    assert.equal(low?.says, "below its alarm limit of 14 °C for 45 min; by up to 2 °C");
    const none = minutesOf(46, 1, () => 12).map((minute, index) =>
      index === 0
        ? minute
        : { ...minute, count: 0, min: null, max: null, mean: null, sd: null, good: 0, bad: 1 },
    );
    const [lost] = findNoValue(tagOf("inlet_c"), none, START_MS);
    assert.equal(lost?.says, "no good value for 45 min; the last one was 12 °C");
  });
});
