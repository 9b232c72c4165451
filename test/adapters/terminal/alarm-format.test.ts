import assert from "node:assert/strict";
import { test } from "node:test";
import { occurrenceListing } from "../../../src/adapters/terminal/alarm-format.ts";
import { capabilityListing, chartText } from "../../../src/adapters/terminal/quality-format.ts";
import { lastingText, ZoneClock } from "../../../src/adapters/terminal/time-text.ts";
import type { OccurrenceView } from "../../../src/monitor/alarms/alarm-history.ts";
import type { ControlChart } from "../../../src/monitor/quality/chart-question.ts";
import type { ChartPoint } from "../../../src/monitor/quality/control-chart.ts";
import type { CharacteristicPlan } from "../../../src/monitor/quality/quality-plan.ts";
import type { CapabilityAnswer } from "../../../src/monitor/quality/quality-questions.ts";

const clock = new ZoneClock("Africa/Tunis");

test("a duration is rounded in the history as on the page of the present", () => {
  const listing = occurrenceListing([], clock);
  const lasted = listing.columns.find(({ title }) => title === "lasted");
  for (const durationMs of [250_900, 119_600, 180_000, 7_259_900]) {
    assert.equal(lasted?.cell({ durationMs } as OccurrenceView), lastingText(durationMs));
  }
});

test("one signal is one signal, one point one point", () => {
  const point: ChartPoint = {
    ...{ atMs: 0, n: 5, value: 3, center: 1, lower: 0, upper: 2, spread: null },
    signals: ["beyond_3_sigma"],
  } as ChartPoint;
  const limits = {
    ...{ samples: 25, leftOut: 0, subgroup: 5, fromMs: 0, toMs: 1, center: 1, sigma: 1 },
    ...{ spread: "range", spreadCenter: 1 },
  } as ControlChart["limits"];
  const chart: ControlChart = {
    ...{ machine: "a/b/s1_c/d", characteristic: "x", product: null, unit: null, kind: "imr" },
    ...{ rules: "limits", plan: {} as CharacteristicPlan, treatment: "none", correlation: 0, model: null },
    ...{ limits, frozen: true, why: null, samples: 1, points: [point] },
  };
  const text = chartText(chart, { columns: 80, colour: false }, clock);
  assert.match(text, /\n1 signal in 1 point \(by chance /);
  const why = capabilityListing([], clock).columns.at(-1);
  const row = { why: "not_stable", signals: 1, points: 32, firstSignalMs: 0 } as CapabilityAnswer;
  assert.match(String(why?.cell(row)), /^not stable: 1 signal in 32 points, /);
});
