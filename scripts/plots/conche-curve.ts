import type { TopLevelSpec } from "vega-lite";
import type { Chart } from "./draw.ts";
import { WIDTH } from "./draw.ts";
import { numberOf, type Observed, readingsOf } from "./observe.ts";

const PANELS = [
  { tag: "temp_c", title: "mass, °C", colour: "#c0392b" },
  { tag: "moisture_pct", title: "water, %", colour: "#2980b9" },
  { tag: "power_kw", title: "shaft, kW", colour: "#2c3e50" },
  { tag: "viscosity_pa_s", title: "viscosity, Pa s", colour: "#8e44ad" },
] as const;
/** A reading in so many is drawn: a point a minute. */
const EVERY = 12;
const PHASES = ["filling", "dry", "paste", "liquid", "waiting", "discharging"];

/** One whole batch in the conche, from the first mix to the last kilogram: four curves over the same hours. */
export function concheCurve(observed: Observed): Chart {
  const readings = readingsOf(observed, "s4_conching");
  // The first batch is met with its mixes half in; the second one is seen from its beginning.
  const batch = [...new Set(readings.map((reading) => reading.batch))].filter(Boolean)[1];
  const seen = readings.filter((reading) => reading.batch === batch && reading.tags.phase !== "empty");
  const [first] = seen;
  if (first === undefined) throw new Error("no whole batch in the conche");
  const rows = seen
    .filter((_, index) => index % EVERY === 0)
    .map((reading) => ({
      h: reading.h - first.h,
      ...Object.fromEntries(PANELS.map(({ tag }) => [tag, numberOf(reading, tag)])),
    }));
  const phases = PHASES.flatMap((phase) => {
    const within = seen.filter(({ tags }) => tags.phase === phase);
    const [begin, end] = [within[0], within.at(-1)];
    if (begin === undefined || end === undefined) return [];
    return [{ phase, from: begin.h - first.h, to: end.h - first.h, middle: (begin.h + end.h) / 2 - first.h }];
  });
  const bands = {
    data: { values: phases },
    mark: { type: "rect", opacity: 0.12 },
    encoding: {
      x: { field: "from", type: "quantitative" },
      x2: { field: "to" },
      color: {
        field: "phase",
        type: "nominal",
        sort: PHASES,
        scale: { domain: PHASES, scheme: "category10" },
        legend: { title: "phase", orient: "top" },
      },
    },
  };
  const spec = {
    title: {
      text: `Conching a batch of ${first.product} chocolate`,
      subtitle: `batch ${batch}: six mixes of 1,000 kg; butter and lecithin go in where the paste becomes liquid`,
    },
    data: { values: rows },
    vconcat: PANELS.map(({ tag, title, colour }, index) => ({
      width: WIDTH,
      height: 105,
      layer: [
        bands,
        {
          mark: { type: "line", color: colour, strokeWidth: 1.4, clip: true },
          encoding: {
            x: {
              field: "h",
              type: "quantitative",
              axis: {
                title: index === PANELS.length - 1 ? "hours since the first mix" : null,
                tickMinStep: 1,
                format: "d",
              },
              scale: { nice: false },
            },
            y: { field: tag, type: "quantitative", title, scale: { zero: tag === "power_kw" } },
          },
        },
      ],
    })),
    spacing: 8,
  } as TopLevelSpec;
  return { name: "conche-curve", spec };
}
