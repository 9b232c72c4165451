import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { batchesOf, silentMachines } from "../../dashboard/src/format/batches.ts";
import { messageWords } from "../../dashboard/src/format/message-words.ts";
import { bytes, number, percent, plain, rangesInWords } from "../../dashboard/src/format/number.ts";
import { lookOf } from "../../dashboard/src/format/packml.ts";
import { place, scaleOf, standing } from "../../dashboard/src/format/range.ts";
import { nearest, type SeriesPoint, seriesPaths } from "../../dashboard/src/format/series.ts";
import { duration, roughly, ZonedTime } from "../../dashboard/src/format/time.ts";
import { extent, linear, ticks, timeTicks, tracePath } from "../../dashboard/src/format/trace.ts";
import { PACKML_STATES } from "../../src/contract/schemas/state-v2.ts";

suite("figures as people read them", () => {
  test("thousands have a thin space, minus is a minus, what rounds to zero has no sign", () => {
    assert.equal(number(669_898), "669\u2009898");
    assert.equal(number(2939.4, 1), "2\u2009939.4");
    assert.equal(number(-0.0241, 3), "\u22120.024");
    assert.equal(number(-0.0001, 2), "0.00");
    assert.equal(number(Number.NaN), "–");
  });

  test("a share, a size, a value of unknown decimals", () => {
    assert.equal(percent(0.9936, 2), "99.36 %");
    assert.equal(percent(null), "–");
    assert.equal(bytes(999), "999 B");
    assert.equal(bytes(131_400_000), "131.4 MB");
    assert.equal(plain(31.4), "31.4");
    assert.equal(plain(6.50001), "6.5");
    assert.equal(plain(0.000012), "0.000012");
    assert.equal(plain(5), "5");
  });

  test("how long, at every size", () => {
    assert.deepEqual([400, 37_000, 164_000, 14_820_000, 273_600_000].map(duration), [
      "0.4 s",
      "37 s",
      "2 min 44 s",
      "4 h 07 min",
      "3 d 4 h",
    ]);
  });

  test("in a narrow place a long span has one unit", () => {
    assert.deepEqual([27_432_000_000, 14_820_000, 164_000, 37_000].map(roughly), [
      "317 d",
      "4 h",
      "2 min",
      duration(37_000),
    ]);
  });

  test("no duration says 60 of a unit that has a greater one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (ms) => {
        assert.doesNotMatch(duration(ms), /\b60 (s|min)\b|\b24 h\b/);
      }),
    );
  });

  test("times stand in the plant's zone, with the day where it is another one", () => {
    const zone = new ZonedTime("Africa/Tunis");
    const at = Date.parse("2026-11-27T22:24:00Z");
    assert.equal(zone.clock(at), "23:24:00");
    assert.equal(zone.offset(at), "+01:00");
    assert.equal(zone.near(at, at + 60_000), "23:24:00");
    assert.equal(zone.near(at, at + 3_600_000), "Fri 27 Nov 23:24");
    assert.equal(zone.near(at, at + 299 * 86_400_000), "Fri 27 Nov 23:24");
    assert.equal(zone.near(at, at + 365 * 86_400_000), "Fri 27 Nov 2026 23:24");
    assert.equal(new ZonedTime("UTC").offset(at), "+00:00");
  });

  test("missing numbers as ranges", () => {
    assert.deepEqual(
      rangesInWords([
        [3, 3],
        [10, 12],
        [20, 21],
      ]),
      { words: "3, 10–12", more: 1 },
    );
  });
});

suite("values against their limits", () => {
  const limits = { min: 31, max: 32, alarm_high: 33 };

  test("out of the range is not yet an alarm", () => {
    assert.deepEqual(
      [30, 31, 32, 32.5, 33, 33.01].map((value) => standing(value, limits)),
      ["out", "normal", "normal", "out", "out", "alarm"],
    );
  });

  test("every place on a scale is inside it", () => {
    const scale = scaleOf(limits);
    assert.ok(scale !== undefined);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const at = place(value, scale);
        assert.ok(at >= 0 && at <= 1);
      }),
    );
    assert.equal(scaleOf({ min: 3 }), undefined);
  });

  test("every PackML state has a look, and no state is not taken for one", () => {
    for (const state of PACKML_STATES) assert.notEqual(lookOf(state), "unknown");
    assert.equal(lookOf("unknown"), "unknown");
    assert.equal(lookOf(null), "unknown");
  });
});

suite("traces", () => {
  const x = linear(0, 100, 0, 100);
  const y = linear(0, 10, 10, 0);

  test("nothing is drawn across what was not measured", () => {
    assert.equal(
      tracePath(
        [
          [0, 1],
          [10, 2],
          [20, null],
          [30, 3],
        ],
        x,
        y,
      ),
      "M0.0 9.0L10.0 8.0M30.0 7.0",
    );
    assert.equal(extent([[0, null]]), undefined);
  });

  test("a crossing of a limit begins and ends on the limit", () => {
    const point = (atMs: number, mean: number): SeriesPoint => ({ atMs, min: mean, max: mean, mean });
    const paths = seriesPaths([point(0, 4), point(10, 8), point(20, 4)], x, y, { alarm_high: 6 });
    assert.equal(paths.beyond, "M5.0 4.0L10.0 2.0L15.0 4.0");
    assert.equal(paths.area, "");
  });

  test("the nearest point is the nearest, and nothing where nothing was measured", () => {
    const points = [0, 10, 20].map((atMs) => ({ atMs, min: 1, max: 1, mean: 1 }));
    assert.equal(nearest(points, 14)?.atMs, 10);
    assert.equal(nearest(points, 16)?.atMs, 20);
    assert.equal(nearest([{ atMs: 5, min: null, max: null, mean: null }], 5), undefined);
    assert.equal(nearest([], 5), undefined);
  });

  test("marks of a scale are round, inside it, and few", () => {
    assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
    const hour = 3_600_000;
    assert.deepEqual(timeTicks(0, 4 * hour, 5), [0, hour, 2 * hour, 3 * hour, 4 * hour]);
    // A zone of half an hour: marks stand on its hours, not on UTC's.
    assert.deepEqual(
      timeTicks(0, 3 * hour, 4, hour / 2).map((at) => (at + hour / 2) % hour),
      [0, 0, 0],
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 11 }), fc.integer({ min: 2, max: 20 }), (span, count) => {
        const marks = timeTicks(10 ** 12, 10 ** 12 + span, count);
        assert.ok(marks.length <= count + 1);
        assert.ok(marks.every((mark) => mark >= 10 ** 12 && mark <= 10 ** 12 + span));
      }),
    );
  });
});

test("batches are put together from what machines say they worked on", () => {
  const work = (from: string, to: string, batch: string | null) => ({
    from: `2026-01-11T${from}:00Z`,
    to: `2026-01-11T${to}:00Z`,
    product: "dark",
    batch,
  });
  const found = batchesOf([
    { machine: "a/b/s1_dosing/w", work: [work("08:00", "09:00", "B1"), work("09:00", "12:00", "B2")] },
    { machine: "a/b/s4_conching/c", work: [work("09:00", "11:00", "B1"), work("11:00", "12:00", null)] },
    { machine: "a/b/s0_batch/lc", work: [work("00:00", "12:00", "B9")] },
  ]);
  assert.deepEqual(
    found.map(({ id, running, steps }) => [id, running, steps.length]),
    [
      ["B2", true, 1],
      ["B1", false, 2],
    ],
  );
});

test("what machines were on that nobody hears is not in work, and ends when they were heard last", () => {
  const at = (time: string) => `2026-01-11T${time}:00Z`;
  const work = (batch: string) => [{ from: at("08:00"), to: at("12:00"), product: "dark", batch }];
  const machines = ["a/b/s1_dosing/w", "a/b/s4_conching/c", "a/b/s8_packaging/p"] as const;
  const silent = silentMachines([
    { machine: machines[0], from: at("08:00"), state: "Execute" },
    { machine: machines[0], from: at("09:30"), state: "unknown" },
    { machine: machines[1], from: at("08:00"), state: "unknown" },
    { machine: machines[1], from: at("09:00"), state: "Execute" },
    // Silent in all of the time: nobody knows whether it was on it at all.
    { machine: machines[2], from: at("08:00"), state: "unknown" },
  ]);
  const told = machines.map((machine, index) => ({ machine, work: work(`B${index + 1}`) }));
  assert.deepEqual(
    batchesOf(told, silent).map(({ id, running, unheard, toMs }) => [id, running, unheard, toMs]),
    [
      ["B1", false, true, Date.parse(at("09:30"))],
      ["B2", true, false, Date.parse(at("12:00"))],
    ],
  );
});

suite("a message in one line", () => {
  const labelOf = (name: string) => ({ temp_c: "outlet", weight_g: "weight" })[name] ?? name;

  test("values by their names, without the envelope", () => {
    const telemetry = {
      v: 2,
      boot: "b",
      seq: 7,
      ts: "2026-01-11T08:00:00Z",
      tags: { temp_c: 29.3, rpm: null },
    };
    assert.equal(messageWords(JSON.stringify(telemetry), labelOf), "outlet 29.3");
    const sample = { v: 2, results: [{ characteristic: "weight_g", value: 100.2, unit: "g" }] };
    assert.equal(messageWords(JSON.stringify(sample), labelOf), "weight 100.2 g");
    const made = { event: "TRANSFORMED", inputs: [{ lot_id: "L1", quantity_kg: 150.7 }] };
    assert.equal(messageWords(JSON.stringify(made), labelOf), "event TRANSFORMED · inputs L1 150.7 kg");
    const quality = { tags: { temp_c: { value: 31, quality: "uncertain" } } };
    assert.equal(messageWords(JSON.stringify(quality), labelOf), "outlet 31");
  });

  test("what people wrote is enough", () => {
    const alarm = { v: 2, event: "raised", message: "temp_c 31.1 °C is above 31 °C", value: 31.1 };
    assert.equal(messageWords(JSON.stringify(alarm), labelOf), "raised: temp_c 31.1 °C is above 31 °C");
  });

  test("any payload at all gives a line that ends", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json({ maxDepth: 5 })), (payload) => {
        assert.ok(messageWords(payload, labelOf).length <= 241);
      }),
    );
    assert.equal(messageWords("not JSON", labelOf), "not JSON");
    assert.equal(messageWords("[1]", labelOf), "[1]");
  });
});
