import { isCsv } from "../adapters/terminal/csv.ts";
import { plotColumns } from "../adapters/terminal/trend-chart.ts";
import { seriesCsv, seriesJson, trendText } from "../adapters/terminal/trend-format.ts";
import { writePieces } from "../adapters/terminal/write-pieces.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { tagsView } from "../monitor/tags/tags-view.ts";
import { defineCommand } from "./command.ts";
import { SINCE_HELP, sinceOption, timeOption } from "./log/point-in-time.ts";
import { wholeNumber } from "./option-values.ts";
import { CSV_EXCEL_HELP, FORMAT_OPTION, formatOf } from "./output-format.ts";
import { readTrend } from "./tags/read-trend.ts";
import { withLog } from "./with-log.ts";
import { withView } from "./with-view.ts";

const HOUR_MS = 3_600_000;
/** Where nobody looks, the width of a page. */
const COLUMNS = 100;
const ROWS = 16;

const OPTIONS = {
  since: {
    argument: "TIME",
    help: `from this time on: ${SINCE_HELP} (default: 1h)`,
    parse: sinceOption("until"),
  },
  until: {
    argument: "TIME",
    help: "up to this time, given in the same way (default: now)",
    parse: timeOption,
  },
  points: {
    argument: "N",
    help: "at most so many (default: as the terminal is wide)",
    parse: wholeNumber(2, 100_000),
  },
  rows: { argument: "N", help: `lines of the chart (default: ${ROWS})`, parse: wholeNumber(4, 200) },
  format: { ...FORMAT_OPTION, help: `table (a chart, the default), json, csv, or ${CSV_EXCEL_HELP}` },
} as const;

/** `conche trend MACHINE TAG` */
export const trend = defineCommand({
  name: "trend",
  summary: "the course of a tag as a chart in the terminal, with its limits and gaps",
  description:
    "Draws a tag along time: every column from its smallest to its largest value, so that no peak is lost; the normal\n" +
    "range and alarm limits of the product being made; what wasn't measured hatched and never drawn across. Tags of\n" +
    "words get a lane for each word with the time in it. Short spans come from the log, longer ones from kept figures.",
  examples: [
    ["conche trend temper-01 temp_c --since 8h", "the last shift"],
    ["conche trend conche-01 phase --since 1d", "a tag of words"],
    [
      "conche trend temper-01 temp_c --since 30d --points 2000 --format csv > temp.csv",
      "a month, for a spreadsheet",
    ],
  ],
  arguments: [
    { name: "machine", help: "its name, or its address <site>/<line>/<step>/<machine>" },
    { name: "tag", help: "as `conche tags MACHINE --json` shows it" },
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: { machine = "", tag = "" }, options, config, terminal }) {
    const plant = await loadPlant(config.plant);
    const format = formatOf(options.format, config.json);
    const toMs = options.until ?? Date.now();
    const fromMs = options.since ?? toMs - HOUR_MS;
    if (fromMs >= toMs) {
      throw new ConcheError("CONCHE_USAGE", {
        message: `--since (${new Date(fromMs).toISOString()}) must be before --until (${new Date(toMs).toISOString()})`,
      });
    }
    const columns = terminal.columns ?? COLUMNS;
    const points = options.points ?? (format === "table" ? 2 * plotColumns(columns) : 1000);
    const request = { machine, tag, fromMs, toMs, points };
    const found = await withLog(config.data, (log) =>
      withView(config.data, terminal, tagsView, (views) => readTrend(views, log, plant, request)),
    );
    if (format === "table") {
      const surface = { columns, rows: options.rows ?? ROWS, colour: terminal.colour };
      terminal.out.write(`${trendText(found, surface)}\n`);
    } else await writePieces(terminal, [isCsv(format) ? seriesCsv(found, format) : seriesJson(found)]);
    return 0;
  },
});
