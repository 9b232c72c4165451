// `npm run plots`: the pictures of docs/line-in-pictures.md, from a run of the simulated line. The same seed gives the
// same pictures.
//
//   npm run plots -- [--seed 1] [--output docs/images/line]
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadPlant } from "../src/adapters/yaml/load-plant.ts";
import { loadScenario } from "../src/adapters/yaml/load-scenario.ts";
import { withTelemetryInterval } from "../src/plant/expand-plant.ts";
import { type Plant, plantOf } from "../src/plant/plant.ts";
import { concheCurve } from "./plots/conche-curve.ts";
import { png } from "./plots/draw.ts";
import { dewPointMargin, nozzleWeights, rollWear, wornSamples } from "./plots/line-charts.ts";
import { observe } from "./plots/observe.ts";
import { coolerFailing, temperDisturbance, temperingByProduct } from "./plots/temper-charts.ts";
import { ROOT } from "./tool.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    output: { type: "string", default: join("docs", "images", "line") },
  },
});
const seed = Number(values.seed);
if (!Number.isSafeInteger(seed) || seed < 0) {
  process.stderr.write("plots: --seed takes a whole number from 0\n");
  process.exit(2);
}

const START_MS = Date.parse("2026-01-11T06:00:00Z");
/** All three products once: two batches of dark, two of milk, one of white. */
const RUN_HOURS = 66;
const NOZZLE_HOURS = 24;
/** Ages of the rolls that are looked at, hours; in each a shift of so many hours. */
const ROLL_HOURS = [0, 125, 250, 375, 500, 625, 750, 875, 1_000, 1_125, 1_250, 1_375, 1_490];
const SHIFT_HOURS = 8;
const COOLER_HOURS = 8.3;
const COOLER_REPAIRED_H = 7;

/** The plant with rolls that have run so long. */
function withRollHours(plant: Plant, hours: number): Plant {
  const sites = plant.document.sites.map((site) => ({
    ...site,
    lines: site.lines.map((line) => ({
      ...line,
      machines: line.machines.map((machine) =>
        machine.simulation?.model === "refining"
          ? { ...machine, simulation: { ...machine.simulation, roll_hours_at_start: hours } }
          : machine,
      ),
    })),
  }));
  return plantOf({ ...plant.document, sites });
}

const plant = await loadPlant(join(ROOT, "plants", "chocolate.yaml"));
process.stderr.write(`plots: ${RUN_HOURS} hours of the line, seed ${seed} ...\n`);
const run = observe(withTelemetryInterval(plant, 5), { seed, startMs: START_MS, hours: RUN_HOURS });
process.stderr.write(`plots: ${ROLL_HOURS.length} shifts with rolls of different age ...\n`);
const worn = ROLL_HOURS.flatMap((rollHours, index) => {
  // Another seed for each, or every shift would scatter alike.
  const aged = withTelemetryInterval(withRollHours(plant, rollHours), 600);
  const shift = observe(aged, { seed: seed + index, startMs: START_MS, hours: SHIFT_HOURS });
  return wornSamples(shift.results.get("s3_refining") ?? [], "dark", rollHours);
});
const cooler = await loadScenario("tempering-cooler-failing", join(ROOT, "scenarios"), plant);
// Repaired while dark chocolate still runs: after the scenario's nine hours the line is being cleaned for the next one,
// and nobody would see it come back.
const scenario = {
  ...cooler,
  disturbances: cooler.disturbances.map((disturbance) =>
    disturbance.action === "cooler_fails"
      ? { ...disturbance, repaired_after_h: COOLER_REPAIRED_H - disturbance.at_h }
      : disturbance,
  ),
};
process.stderr.write(`plots: ${COOLER_HOURS} hours in which a cooler fails ...\n`);
const failing = observe(withTelemetryInterval(plant, 5), {
  seed,
  startMs: START_MS,
  hours: COOLER_HOURS,
  scenario,
});

const charts = [
  concheCurve(run),
  coolerFailing(failing, scenario, COOLER_REPAIRED_H, plant),
  temperDisturbance(run, plant),
  nozzleWeights(run, NOZZLE_HOURS),
  dewPointMargin(run),
  rollWear(worn, "dark", plant),
  temperingByProduct(run, plant),
];
const folder = join(ROOT, values.output);
await mkdir(folder, { recursive: true });
for (const chart of charts) {
  const bytes = await png(chart);
  await writeFile(join(folder, `${chart.name}.png`), bytes);
  process.stderr.write(
    `plots: ${join(values.output, `${chart.name}.png`)}, ${Math.round(bytes.length / 1024)} kB\n`,
  );
}
