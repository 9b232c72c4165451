import { ViewsReader } from "../adapters/sqlite/views/views-reader.ts";
import { isCsv } from "../adapters/terminal/csv.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { oeeCsv, oeeText } from "../adapters/terminal/oee-format.ts";
import { ZoneClock } from "../adapters/terminal/time-text.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { LONGEST_PRODUCTION_MS, shownProduction } from "../api/routes/production.ts";
import { watchOf } from "../api/watch.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { machineStateView } from "../monitor/machine-state/machine-state-view.ts";
import { type PlantProduction, plantProduction } from "../monitor/production/plant-production.ts";
import { GROUPINGS } from "../monitor/production/production-report.ts";
import { productionView } from "../monitor/production/production-view.ts";
import { type ChosenLevels, chosenMeant } from "../plant/chosen-machines.ts";
import type { Plant } from "../plant/plant.ts";
import { folderContext } from "../run/views/folder-context.ts";
import { defineCommand } from "./command.ts";
import { FILTER_OPTIONS, filterOf } from "./log/filter-options.ts";
import { requireSpan } from "./longest-span.ts";
import { oneOf } from "./option-values.ts";
import { FORMAT_OPTION, formatOf } from "./output-format.ts";

const DAY_MS = 86_400_000;

const { site, line, machine, since, until } = FILTER_OPTIONS;
const OPTIONS = {
  ...{ site, line },
  machine: { ...machine, help: "this machine against its own rated speed, as packer-03" },
  since: { ...since, help: `${since.help} (default: 1d)` },
  until: { ...until, help: "before this event time, given in the same way (default: now)" },
  by: {
    argument: "GROUP",
    help: `figures by ${GROUPINGS.join(", ")} (default: shift)`,
    parse: oneOf(GROUPINGS),
  },
  format: FORMAT_OPTION,
} as const;

/** `conche oee` */
export const oee = defineCommand({
  name: "oee",
  summary: "OEE with its losses, and why lines or a machine stood, by whom",
  description:
    "Availability, effectiveness, quality ratio and their product, with the names of ISO 22400-2; where the planned time\n" +
    "went, to the second; stops by reason, each followed to the machine that caused it. A line is measured at the machine\n" +
    "that gives its pace (plant file: constraint, rated), with the quality at its end. Reads the views beside whoever\n" +
    "keeps them.",
  examples: [
    ["conche oee", "each line, the last day by shift"],
    ["conche oee --since 7d --by product", "a week by product"],
    ["conche oee --machine packer-03 --since 8h", "one machine against its own rated speed"],
    ["conche oee --since 30d --format csv > oee.csv", "for a spreadsheet"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const format = formatOf(options.format, config.json);
    const { site, line, machine, since, until, by = "shift" } = options;
    const nowMs = Date.now();
    const { sinceMs, untilMs } = filterOf({
      since: since ?? (until ?? nowMs) - DAY_MS,
      until: until ?? nowMs,
    });
    const span = { fromMs: sinceMs ?? nowMs - DAY_MS, toMs: untilMs ?? nowMs };
    requireSpan(span, LONGEST_PRODUCTION_MS);
    const plant = await loadPlant(config.plant);
    using parts = new DisposableStack();
    const views = new ViewsReader(config.data);
    try {
      views.refresh();
      const source = {
        states: views.reading(machineStateView),
        production: views.reading(productionView),
        ...watchOf({ plant, nowMs, views, log: folderContext(config.data, parts).log }),
      };
      const found = plantProduction(source, plant, { site, line, machine }, span, by);
      requireSome(found, plant, { site, line, machine });
      if (isCsv(format)) terminal.out.write(oeeCsv(found, format));
      else if (format === "json") terminal.out.write(`${jsonLine(shownProduction(found))}\n`);
      else terminal.out.write(`${oeeText(found, clocksOf(plant), terminal)}\n`);
      return 0;
    } finally {
      views.close();
    }
  },
});

/** @throws ConcheError CONCHE_USAGE */
function requireSome({ reports, notRated }: PlantProduction, plant: Plant, chosen: ChosenLevels): void {
  if (reports.length > 0 || notRated.length > 0) return;
  const asked = Object.values(chosen).filter((level) => level !== undefined);
  const lines = plant.lines.map((known) => `${known.site.id}/${known.definition.id}`).join(", ");
  throw new ConcheError("CONCHE_USAGE", {
    message: `the plant has no ${asked.join(" ")}${chosenMeant(chosen, plant)}`,
    hint: `its lines are ${lines}; \`conche now\` lists the machines`,
  });
}

function clocksOf(plant: Plant): (of: string) => ZoneClock {
  const clocks = new Map(
    plant.document.sites.map(({ id, timezone = "UTC" }) => [id, new ZoneClock(timezone)]),
  );
  const utc = new ZoneClock("UTC");
  return (of) => clocks.get(of.split("/")[0] ?? "") ?? utc;
}
