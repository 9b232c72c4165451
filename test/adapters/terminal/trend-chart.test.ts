import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { stateLanes } from "../../../src/adapters/terminal/state-lanes.ts";
import { timeTicks } from "../../../src/adapters/terminal/time-ticks.ts";
import { type ChartPoint, trendChart } from "../../../src/adapters/terminal/trend-chart.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MINUTE_MS = 60_000;
const SURFACE = { columns: 63, rows: 8, colour: false };

function chart(points: readonly (number | readonly [number, number] | null)[], more: object = {}) {
  return {
    ...{
      fromMs: START_MS,
      toMs: START_MS + points.length * MINUTE_MS,
      widthMs: MINUTE_MS,
      gaps: [],
      limits: {},
    },
    ...{ decimals: 1, zone: "UTC" },
    points: points.flatMap((value, index): ChartPoint[] => {
      if (value === null) return [];
      const [min, max] = typeof value === "number" ? [value, value] : value;
      return [{ beginMs: START_MS + index * MINUTE_MS, min, max }];
    }),
    ...more,
  };
}

/** The lowest and highest line of the picture in which a column has dots. */
function extent(lines: readonly string[], column: number): [number, number] {
  const rows = lines.flatMap((line, row) =>
    /[\u2801-\u28ff]/u.test([...line][9 + column] ?? "") ? [row] : [],
  );
  return [Math.min(...rows), Math.max(...rows)];
}

suite("a chart in the terminal", () => {
  test("draws every column from its smallest to its largest value: a peak of one point is there", () => {
    const values = Array.from({ length: 80 }, (_, at) => (at === 40 ? ([10, 90] as const) : 10));
    const lines = trendChart(chart(values), SURFACE);
    const [top, bottom] = extent(lines, 20);
    assert.equal(top, 0);
    assert.equal(bottom, 7);
    assert.deepEqual(extent(lines, 10), [7, 7]);
  });

  test("draws limits where they are, with their values, and an alarm limit only where it is near", () => {
    const values = Array.from({ length: 40 }, (_, at) => 31 + (at % 10) / 10);
    const near = trendChart(chart(values, { limits: { min: 31, max: 32, alarm_high: 32.4 } }), SURFACE);
    assert.ok(
      near.some((line) => /32\.4 ┤.*╌+.* alarm$/.test(line)),
      near.join("\n"),
    );
    assert.ok(near.some((line) => line.includes("31.0 ┤")));
    const far = trendChart(chart(values, { limits: { min: 31, max: 32, alarm_high: 90 } }), SURFACE);
    assert.ok(!far.some((line) => line.includes("alarm")));
  });

  test("hatches what wasn't measured and draws no line across", () => {
    const values = Array.from({ length: 80 }, (_, at) => (at >= 30 && at < 50 ? null : 10 + (at % 2)));
    const gaps = [{ fromMs: START_MS + 30 * MINUTE_MS, toMs: START_MS + 50 * MINUTE_MS }];
    const lines = trendChart(chart(values, { gaps }), SURFACE);
    for (const line of lines.slice(0, SURFACE.rows)) {
      assert.deepEqual(new Set([...line].slice(9 + 16, 9 + 24)), new Set(["╱"]));
    }
  });

  test("a value that never moves is a line, and nothing at all is no error", () => {
    assert.equal(trendChart(chart([5, 5, 5]), SURFACE).length, SURFACE.rows + 2);
    assert.equal(trendChart(chart([null, null]), SURFACE).length, SURFACE.rows + 2);
  });

  test("colours nothing where no colour is wanted, and alarms red where it is", () => {
    const above = chart([31, 31, 34, 34], { limits: { alarm_high: 33 } });
    const plain = trendChart(above, SURFACE);
    const coloured = trendChart(above, { ...SURFACE, colour: true });
    assert.deepEqual(coloured.map(stripVTControlCharacters), plain);
    assert.ok(coloured[0]?.includes("\u001b[31m"));
  });

  test("a lane for each word is filled where it was said", () => {
    const lanes = stateLanes(
      {
        ...{ fromMs: START_MS, toMs: START_MS + 40 * MINUTE_MS, widthMs: MINUTE_MS, zone: "UTC" },
        lanes: [
          { name: "OK", note: "30 min" },
          { name: "FILLING", note: "10 min" },
        ],
        points: Array.from({ length: 40 }, (_, at) => ({
          beginMs: START_MS + at * MINUTE_MS,
          name: at < 10 ? "FILLING" : "OK",
        })),
      },
      SURFACE,
    );
    assert.equal(lanes[0]?.indexOf("▆"), 9 + 10);
    assert.match(lanes[1] ?? "", /FILLING│▆{10} +10 min$/);
  });

  test("an axis names round times of its zone", () => {
    const texts = timeTicks(START_MS + 7 * MINUTE_MS, START_MS + 127 * MINUTE_MS, 5, "Africa/Tunis").map(
      ({ text }) => text,
    );
    assert.deepEqual(texts, ["09:30", "10:00", "10:30", "11:00"]);
    const days = timeTicks(START_MS, START_MS + 5 * 86_400_000, 6, "UTC").map(({ text }) => text);
    assert.equal(days[0], "12 Jan");
    const years = timeTicks(Date.UTC(2024, 5), Date.UTC(2027, 5), 6, "UTC").map(({ text }) => text);
    assert.ok(years.length > 2 && years.every((text) => /^[A-Z][a-z]{2} 202\d$/.test(text)), years.join());
    const ages = timeTicks(Date.UTC(1, 0), Date.UTC(9999, 0), 6, "UTC").map(({ text }) => text);
    assert.ok(ages.length > 2 && ages.length <= 6, ages.join());
  });
});
