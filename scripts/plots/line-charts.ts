import type { TopLevelSpec } from "vega-lite";
import type { Plant } from "../../src/plant/plant.ts";
import { type Chart, GUIDE_COLOUR, LIMIT_COLOUR, labelAt, ruleAt, WIDTH } from "./draw.ts";
import { limitsAt } from "./limits.ts";
import { numberOf, type Observed, type Result, readingsOf } from "./observe.ts";

const BARS_COLOUR = "#4a2a18";
const AIR_COLOUR = "#2980b9";

/** Deposits of every nozzle over some hours: each sample, and each nozzle's mean. */
export function nozzleWeights(observed: Observed, hours: number): Chart {
  const samples = (observed.results.get("s6_molding") ?? []).filter(
    ({ h, characteristic, nozzle }) => h <= hours && characteristic === "deposit_g" && nozzle !== undefined,
  );
  const rows = samples.map(({ h, nozzle, value }) => ({ h, nozzle, value }));
  const x = { field: "nozzle", type: "ordinal", axis: { title: "nozzle", labelAngle: 0 } };
  const y = {
    field: "value",
    type: "quantitative",
    title: "deposit, g",
    scale: { zero: false, padding: 12 },
  };
  const spec = {
    title: {
      text: "Deposits by nozzle",
      subtitle: `every sampled mould of ${hours} hours (${rows.length / 10} of them); diamonds: the mean of each nozzle`,
    },
    width: WIDTH,
    height: 300,
    data: { values: rows },
    layer: [
      ...ruleAt(100.5, "target: 100.5 g", GUIDE_COLOUR),
      ...ruleAt(95.5, "T1: 95.5 g"),
      {
        mark: { type: "point", filled: true, size: 12, opacity: 0.35, color: "#7a4a24" },
        transform: [{ calculate: "random() - 0.5", as: "jitter" }],
        encoding: {
          x,
          xOffset: { field: "jitter", type: "quantitative", scale: { domain: [-1, 1] } },
          y,
        },
      },
      {
        mark: { type: "point", shape: "diamond", filled: true, size: 90, color: "#2c3e50" },
        encoding: { x, y: { ...y, aggregate: "mean" } },
      },
    ],
  } as TopLevelSpec;
  return { name: "nozzle-weights", spec };
}

/** Bars as they leave the tunnel against the dew point of the hall, over some days. */
export function dewPointMargin(observed: Observed): Chart {
  const rows = readingsOf(observed, "s7_cooling")
    .filter((_, index) => index % 30 === 0)
    .map((reading) => ({
      h: reading.h,
      exit: numberOf(reading, "exit_temp_c"),
      dew: numberOf(reading, "dew_point_c"),
      limit: numberOf(reading, "dew_point_c") + 2,
    }));
  const x = { field: "h", type: "quantitative", axis: { title: "hours" }, scale: { nice: false } };
  const line = (field: string, color: string, dash: number[] = []) => ({
    mark: { type: "line", color, strokeWidth: 1.3, strokeDash: dash },
    encoding: { x, y: { field, type: "quantitative", title: "°C", scale: { zero: false } } },
  });
  const last = rows.at(-1) ?? { exit: 0, dew: 0, limit: 0 };
  const spec = {
    title: {
      text: "Margin to the dew point behind the cooling tunnel",
      subtitle:
        "where the bars come within 2 K of the dew point, water condenses on them and sugar bloom follows",
    },
    width: WIDTH,
    height: 280,
    data: { values: rows },
    layer: [
      {
        mark: { type: "area", color: AIR_COLOUR, opacity: 0.1 },
        encoding: {
          x,
          y: { field: "limit", type: "quantitative", scale: { zero: false } },
          y2: { field: "exit" },
        },
      },
      line("exit", BARS_COLOUR),
      line("limit", LIMIT_COLOUR, [5, 4]),
      line("dew", AIR_COLOUR),
      labelAt(last.exit, "bars at the exit", BARS_COLOUR),
      labelAt(last.limit, "alarm: dew point + 2 K", LIMIT_COLOUR),
      labelAt(last.dew, "dew point of the hall", AIR_COLOUR),
    ],
  } as TopLevelSpec;
  return { name: "dew-point-margin", spec };
}

/** What the laboratory found of one product's fineness, with the hours that the rolls had run by then. */
export interface WornSample {
  readonly rollHours: number;
  readonly d90Um: number;
}

/** Samples of a run that began with rolls of a certain age. */
export function wornSamples(results: readonly Result[], product: string, rollHours: number): WornSample[] {
  return results
    .filter((result) => result.characteristic === "d90_um" && result.product === product)
    .map(({ h, value }) => ({ rollHours: rollHours + h, d90Um: value }));
}

/** Fineness against the hours since the rolls were ground. */
export function rollWear(samples: readonly WornSample[], product: string, plant: Plant): Chart {
  const limits = limitsAt(plant, "s3_refining", "particle_size_um", product);
  const encoding = {
    x: { field: "rollHours", type: "quantitative", axis: { title: "hours since the rolls were ground" } },
    y: { field: "d90Um", type: "quantitative", title: "D90, µm", scale: { zero: false, padding: 10 } },
  };
  const trend = trendOf(samples);
  const last = Math.max(...samples.map(({ rollHours }) => rollHours));
  const reached = (um: number | undefined) =>
    um === undefined ? [] : [{ h: (um - trend.startUm) / trend.umPerHour, um }];
  const alarm = reached(limits.alarm_high);
  const crossings = [...reached(limits.max), ...alarm].map(({ h, um }) => ({
    rollHours: h,
    d90Um: um,
    text: `${um} µm after ${(Math.round(h / 10) * 10).toLocaleString("en-US")} h`,
  }));
  const along = (from: number, to: number) =>
    [from, to].map((h) => ({ rollHours: h, d90Um: trend.startUm + trend.umPerHour * h }));
  const spec = {
    title: {
      text: `Fineness of ${product} chocolate and the wear of the rolls`,
      subtitle: "a shift at each age of the rolls; dashed: were they not ground at 1,500 h",
    },
    width: WIDTH,
    height: 280,
    data: { values: samples },
    layer: [
      ...ruleFor(limits.max, "upper limit", GUIDE_COLOUR),
      ...ruleFor(limits.min, "lower limit", GUIDE_COLOUR),
      ...ruleFor(limits.alarm_high, "alarm", LIMIT_COLOUR),
      { mark: { type: "point", filled: true, size: 10, opacity: 0.45, color: "#7a4a24" }, encoding },
      {
        data: { values: along(0, last) },
        mark: { type: "line", color: "#2c3e50", strokeWidth: 1.5 },
        encoding,
      },
      {
        data: { values: along(last, alarm[0]?.h ?? last) },
        mark: { type: "line", color: "#2c3e50", strokeWidth: 1.5, strokeDash: [5, 4] },
        encoding,
      },
      {
        data: { values: crossings },
        mark: { type: "point", filled: true, size: 60, color: LIMIT_COLOUR },
        encoding,
      },
      // Below the line where there is room, and to the left of where the chart ends.
      ...crossings.map((crossing, index) => ({
        data: { values: [crossing] },
        mark: {
          type: "text",
          ...(index === 0 ? { align: "left", dx: 8, dy: 12 } : { align: "right", dx: -8, dy: -9 }),
          ...{ color: LIMIT_COLOUR, fontSize: 11 },
        },
        encoding: { ...encoding, text: { field: "text" } },
      })),
    ],
  } as TopLevelSpec;
  return { name: "roll-wear", spec };
}

/** The straight line through the samples, by least squares. */
function trendOf(samples: readonly WornSample[]): { readonly startUm: number; readonly umPerHour: number } {
  const mean = (of: (sample: WornSample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [h, um] = [mean(({ rollHours }) => rollHours), mean(({ d90Um }) => d90Um)];
  const umPerHour =
    mean((sample) => (sample.rollHours - h) * (sample.d90Um - um)) /
    mean(({ rollHours }) => (rollHours - h) ** 2);
  return { startUm: um - umPerHour * h, umPerHour };
}

function ruleFor(um: number | undefined, what: string, colour: string): object[] {
  return um === undefined ? [] : ruleAt(um, `${what}: ${um} µm`, colour);
}
