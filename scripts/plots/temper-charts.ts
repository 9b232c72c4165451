import type { TopLevelSpec } from "vega-lite";
import type { Plant } from "../../src/plant/plant.ts";
import type { ScenarioDocument } from "../../src/plant/scenario/scenario-document.ts";
import { type Chart, LIMIT_COLOUR, PRODUCT_COLOURS, ruleAt, WIDTH } from "./draw.ts";
import { limitsAt } from "./limits.ts";
import { numberOf, type Observed, readingsOf } from "./observe.ts";

const STEP = "s5_tempering";
const REPAIRED_COLOUR = "#1e8449";
const BEFORE_H = 0.15;
const AFTER_H = 0.5;

/** The reheating valve sticks: water, mass and temper index around the first alarm of that kind. */
export function temperDisturbance(observed: Observed, plant: Plant): Chart {
  const readings = readingsOf(observed, STEP);
  const lowestAfter = (h: number) =>
    Math.min(
      ...readings
        .filter((reading) => reading.h >= h && reading.h <= h + AFTER_H)
        .map((reading) => numberOf(reading, "temper_index")),
    );
  // Of all of them the one that spoils most: whose crystals are gone.
  const [alarm] = observed.alarms
    .filter(({ step, code, h }) => step === STEP && code === "TEMP_OUT_OF_RANGE" && h > 1)
    .sort((a, b) => lowestAfter(a.h) - lowestAfter(b.h));
  if (alarm === undefined) throw new Error("the temperer was never too warm");
  const from = alarm.h - BEFORE_H;
  const seen = readings.filter(({ h }) => h >= from && h <= alarm.h + AFTER_H);
  const minute = (h: number) => (h - alarm.h) * 60;
  const temperatures = seen.flatMap((reading) =>
    (
      [
        ["reheating water", "water_temp_c"],
        ["tempered mass", "temp_c"],
        ["mass after cooling", "temp_cool_c"],
      ] as const
    ).map(([what, tag]) => ({ min: minute(reading.h), what, value: numberOf(reading, tag) })),
  );
  const index = seen.map((reading) => ({ min: minute(reading.h), value: numberOf(reading, "temper_index") }));
  const x = (title: string | null) => ({
    field: "min",
    type: "quantitative",
    axis: { title },
    scale: { nice: false },
  });
  const spec = {
    title: {
      text: "A reheating valve that sticks",
      subtitle: `${seen[0]?.product ?? ""} chocolate; minute 0 is the alarm TEMP_OUT_OF_RANGE`,
    },
    vconcat: [
      {
        width: WIDTH,
        height: 200,
        layer: [
          ...alarmsOf(plant, "temp_c", "°C", seen[0]?.product),
          {
            data: { values: temperatures },
            mark: { type: "line", strokeWidth: 1.4 },
            encoding: {
              x: x(null),
              y: { field: "value", type: "quantitative", title: "°C", scale: { zero: false } },
              color: {
                field: "what",
                type: "nominal",
                scale: {
                  domain: ["reheating water", "tempered mass", "mass after cooling"],
                  range: [LIMIT_COLOUR, "#4a2a18", "#2980b9"],
                },
                legend: { title: null, orient: "top" },
              },
            },
          },
        ],
      },
      {
        width: WIDTH,
        height: 150,
        layer: [
          ...alarmsOf(plant, "temper_index", ""),
          {
            data: { values: index },
            mark: { type: "line", color: "#8e44ad", strokeWidth: 1.4 },
            encoding: {
              x: x("minutes from the alarm"),
              y: {
                field: "value",
                type: "quantitative",
                title: "temper index",
                scale: { zero: false, padding: 8 },
              },
            },
          },
        ],
      },
    ],
    spacing: 10,
  } as TopLevelSpec;
  return { name: "sticking-valve", spec };
}

/** The cooler of the temperer fails slowly, is repaired: cooling and temper index until the line is back. */
export function coolerFailing(
  observed: Observed,
  scenario: ScenarioDocument,
  repairedH: number,
  plant: Plant,
): Chart {
  const rows = readingsOf(observed, STEP)
    .filter(({ tags }, index) => index % 12 === 0 && Number(tags.flow_kg_h) > 50)
    .map((reading) => ({
      h: reading.h,
      cool: numberOf(reading, "temp_cool_c"),
      index: numberOf(reading, "temper_index"),
    }));
  const alarms = observed.alarms
    .filter(({ step, code }) => step === STEP && code === "TEMPER_INDEX_LOW")
    .map(({ h }) => ({ h, text: "TEMPER_INDEX_LOW" }));
  const panel = (field: string, title: string, colour: string, height: number, more: readonly object[]) => ({
    width: WIDTH,
    height,
    layer: [
      ...more,
      {
        data: { values: rows },
        mark: { type: "point", filled: true, size: 6, color: colour },
        encoding: {
          x: { field: "h", type: "quantitative", axis: { title: "hours" }, scale: { nice: false } },
          y: { field, type: "quantitative", title, scale: { zero: false, padding: 8 } },
        },
      },
    ],
  });
  const moments = [
    ...alarms.slice(0, 1).map(({ h }) => ({ h, text: "the alarm", colour: LIMIT_COLOUR })),
    { h: repairedH, text: "repaired", colour: REPAIRED_COLOUR },
  ];
  const marked = moments.flatMap((moment) => [
    {
      data: { values: [moment] },
      mark: { type: "rule", color: moment.colour, strokeWidth: 1.5 },
      encoding: { x: { field: "h", type: "quantitative" } },
    },
    {
      data: { values: [moment] },
      mark: { type: "text", align: "left", baseline: "top", dx: 5, color: moment.colour, fontSize: 11 },
      encoding: { x: { field: "h", type: "quantitative" }, y: { value: 4 }, text: { field: "text" } },
    },
  ]);
  const spec = {
    title: {
      text: scenario.title,
      subtitle: `scenario tempering-cooler-failing: from the first hour on, repaired after ${repairedH - 1} hours`,
    },
    vconcat: [
      panel("cool", "after cooling, °C", "#2980b9", 150, marked),
      panel("index", "temper index", "#8e44ad", 170, [...alarmsOf(plant, "temper_index", ""), ...marked]),
    ],
    spacing: 10,
  } as TopLevelSpec;
  return { name: "cooler-failing", spec };
}

/** Tempered and cooled mass over a run of all three products, with the bands that each must keep. */
export function temperingByProduct(observed: Observed, plant: Plant): Chart {
  const readings = readingsOf(observed, STEP).filter(({ tags }) => Number(tags.flow_kg_h) > 50);
  const rows = readings.flatMap((reading, index) => {
    if (index % 18 !== 0) return [];
    const { h, product, batch } = reading;
    return [
      { h, product, where: `${batch} out`, value: numberOf(reading, "temp_c") },
      { h, product, where: `${batch} cool`, value: numberOf(reading, "temp_cool_c") },
    ];
  });
  const spans = bandsOf(plant).flatMap(({ product, from, to }) =>
    spansOf(readings.filter((reading) => reading.product === product).map(({ h }) => h)).map(
      ([begin, end]) => ({ product, from, to, begin, end }),
    ),
  );
  const limits = spans.flatMap(({ product, begin, end }) => {
    const { alarm_high: alarm } = limitsAt(plant, STEP, "temp_c", product);
    return alarm === undefined ? [] : [{ alarm, begin, end }];
  });
  const colour = { field: "product", type: "nominal", scale: PRODUCT_COLOURS, legend: { orient: "top" } };
  const spec = {
    title: {
      text: "Tempering dark, milk and white chocolate",
      subtitle: "upper bands: tempered mass; lower bands: after cooling; dashed: the product's alarm",
    },
    width: WIDTH,
    height: 300,
    layer: [
      {
        data: { values: spans },
        mark: { type: "rect", opacity: 0.18 },
        encoding: {
          x: { field: "begin", type: "quantitative" },
          x2: { field: "end" },
          y: { field: "from", type: "quantitative" },
          y2: { field: "to" },
          color: colour,
        },
      },
      {
        data: { values: rows },
        mark: { type: "point", filled: true, size: 5, opacity: 0.8 },
        encoding: {
          x: { field: "h", type: "quantitative", axis: { title: "hours" }, scale: { nice: false } },
          y: { field: "value", type: "quantitative", title: "°C", scale: { zero: false } },
          color: colour,
        },
      },
      {
        data: { values: limits },
        mark: { type: "rule", color: LIMIT_COLOUR, strokeDash: [5, 4] },
        encoding: {
          x: { field: "begin", type: "quantitative" },
          x2: { field: "end" },
          y: { field: "alarm", type: "quantitative" },
        },
      },
    ],
  } as TopLevelSpec;
  return { name: "tempering-by-product", spec };
}

/** Limits of a product's mass at one place, °C. */
interface ProductBand {
  readonly product: string;
  readonly from: number;
  readonly to: number;
}

/** The limits that the plant sets for a product's mass after cooling and after reheating. */
function bandsOf(plant: Plant): ProductBand[] {
  return plant.document.products.flatMap(({ id }) =>
    ["temp_c", "temp_cool_c"].map((tag) => {
      const { min: from = Number.NaN, max: to = Number.NaN } = limitsAt(plant, STEP, tag, id);
      return { product: id, from, to };
    }),
  );
}

function alarmsOf(plant: Plant, tag: string, unit: string, product?: string): object[] {
  const { alarm_low, alarm_high } = limitsAt(plant, STEP, tag, product);
  return [alarm_low, alarm_high].flatMap((limit) =>
    limit === undefined ? [] : ruleAt(limit, `alarm: ${limit} ${unit}`.trim()),
  );
}

/** Moments as spans without a pause of more than half an hour. */
function spansOf(hours: readonly number[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const h of hours) {
    const last = spans.at(-1);
    if (last !== undefined && h - last[1] < 0.5) last[1] = h;
    else spans.push([h, h]);
  }
  return spans;
}
