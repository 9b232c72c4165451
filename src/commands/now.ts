import { setTimeout as pause } from "node:timers/promises";
import { LogReader } from "../adapters/sqlite/log/log-reader.ts";
import { ViewsReader } from "../adapters/sqlite/views/views-reader.ts";
import { csvRecords, csvShown, isCsv } from "../adapters/terminal/csv.ts";
import { jsonLine } from "../adapters/terminal/json-line.ts";
import { nowPage } from "../adapters/terminal/now-page.ts";
import { sanitizeLine } from "../adapters/terminal/sanitize.ts";
import { screenOf } from "../adapters/terminal/screen.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { defineCommand } from "./command.ts";
import { requireLevels } from "./known-names.ts";
import { FILTER_OPTIONS } from "./log/filter-options.ts";
import { lookAt, nowJson, nowRows } from "./now/look.ts";
import { FORMAT_OPTION, formatOf } from "./output-format.ts";

/** A page is drawn so often, milliseconds. */
const EVERY_MS = 1_000;

const { site, line, step, machine } = FILTER_OPTIONS;
const OPTIONS = {
  ...{ site, line, step, machine },
  watch: { help: "draw it anew every second, until Ctrl-C" },
  format: FORMAT_OPTION,
} as const;

/** `conche now` */
export const now = defineCommand({
  name: "now",
  summary: "the plant at a glance: machines, states, batches, alarms, completeness",
  description:
    "Shows what every machine does at present and since when, why it stands and by whom, which batches are in work, the\n" +
    "active alarms, and what is missing. Reads the views beside whoever keeps them. A machine that is silent or gone is\n" +
    "unknown, never in its last state. With several lines, only machines that need a look have a row.",
  examples: [
    ["conche now", "the plant of ./data"],
    ["conche now --watch", "on the second screen"],
    ["conche now --line line-a --json", "for a script"],
    ["conche now --format csv > now.csv", "a row for each machine, for a spreadsheet"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal, stopSignal }) {
    const { watch, format: asked, ...chosen } = options;
    const format = formatOf(asked, config.json);
    if (watch && isCsv(format)) throw noTableToWatch(format);
    const plant = await loadPlant(config.plant);
    const log = LogReader.open(config.data);
    const views = new ViewsReader(config.data);
    const look = () => lookAt({ plant, views, log, folder: config.data, nowMs: Date.now(), chosen });
    try {
      requireLevels(chosen, plant, log);
      if (isCsv(format)) terminal.out.write(csvShown(csvRecords(nowRows(look()), format), terminal.columns));
      else if (format === "json") terminal.out.write(`${jsonLine(nowJson(look()))}\n`);
      else if (!watch) terminal.out.write(`${nowPage(look(), terminal).join("\n")}\n`);
      if (!watch) return 0;
      const stop = stopSignal();
      if (format === "json") {
        while (await waited(stop)) terminal.out.write(`${jsonLine(nowJson(look()))}\n`);
        return 0;
      }
      const screen = screenOf(terminal);
      try {
        do screen.draw(drawn(() => nowPage(look(), terminal, heightOf(terminal))));
        while (await waited(stop));
      } finally {
        screen.leave();
      }
      return 0;
    } finally {
      views.close();
      log.close();
    }
  },
});

/** Of the window that is watched; null where one page follows the other. */
function heightOf({ columns, rows }: Pick<Terminal, "columns" | "rows">): number | null {
  return columns === null ? null : (rows ?? null);
}

function noTableToWatch(format: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", {
    message: `--watch with --format ${format}: one look after another is no one table`,
    hint: "leave out --watch, or take --format json: a line for each look",
  });
}

async function waited(stop: AbortSignal): Promise<boolean> {
  await pause(EVERY_MS, undefined, { signal: stop }).catch(() => {});
  return !stop.aborted;
}

/** Who watches wants to go on watching: trouble is shown in place of the page, and may pass. */
function drawn(page: () => string[]): string[] {
  try {
    return page();
  } catch (error) {
    if (!(error instanceof ConcheError)) throw error;
    return [...error.lines, error.hint].map(sanitizeLine);
  }
}
