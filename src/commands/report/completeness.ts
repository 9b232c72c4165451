import { CompletenessReader } from "../../adapters/sqlite/log/completeness-reader.ts";
import {
  completenessCsv,
  completenessJson,
  completenessText,
} from "../../adapters/terminal/completeness-format.ts";
import { isCsv } from "../../adapters/terminal/csv.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { reportCompleteness } from "../../log/completeness.ts";
import { defineCommand } from "../command.ts";
import { FILTER_OPTIONS, filterOf } from "../log/filter-options.ts";
import { SINCE_HELP, sinceOption, timeOption } from "../log/point-in-time.ts";
import { tellUnknown } from "../log/tell-unknown.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withLog } from "../with-log.ts";

const { site, line, step, machine } = FILTER_OPTIONS;

const OPTIONS = {
  ...{ site, line, step, machine },
  since: {
    argument: "TIME",
    help: `only who was heard from this time on: ${SINCE_HELP}`,
    parse: sinceOption("until"),
  },
  until: {
    argument: "TIME",
    help: "only who was heard before this time, given in the same way",
    parse: timeOption,
  },
  incomplete: { help: "only who has numbers missing" },
  strict: { help: "exit with 1 when a number is missing, or when nobody fits" },
  format: FORMAT_OPTION,
} as const;

/** `conche report completeness` */
export const completeness = defineCommand({
  name: "completeness",
  summary: "who said how much, what of it is stored, and what is missing",
  description:
    "Per machine and boot: the highest number seen, what of it is stored, missing, in quarantine; numbers that were\n" +
    "missing and came later (refilled); repetitions; the machine's clock against the data center's. What came without\n" +
    "identity is counted, and nobody can tell what of it is missing. Reads what the data center has saved with every\n" +
    "commit, and works beside it; `conche verify` recomputes the same from the rows.",
  examples: [
    ["conche report completeness", "everybody"],
    ["conche report completeness --since 1d --incomplete", "who was heard today and lacks something"],
    ["conche report completeness --line line-a --format csv > line-a.csv", "a line, for a spreadsheet"],
    ["conche report completeness --strict --json", "for a script: exits with 1 when a number is missing"],
  ],
  settings: ["data"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { incomplete, strict, ...chosen } = options;
    const format = formatOf(options.format, config.json);
    const { sinceMs, untilMs } = filterOf(chosen);
    const filter = { ...chosen, sinceMs, untilMs, incomplete };
    const reading = CompletenessReader.open(config.data);
    try {
      const report = reportCompleteness(reading, filter);
      if (isCsv(format)) terminal.out.write(completenessCsv(report, terminal, format));
      else {
        const text = format === "json" ? completenessJson(report) : completenessText(report, terminal);
        terminal.out.write(`${text}\n`);
      }
      if (!strict && report.rows.length === 0)
        await withLog(config.data, async (log) => tellUnknown(terminal, log, chosen));
      const { missing } = report.totals;
      if (strict && report.rows.length === 0) {
        throw new ConcheError("CONCHE_INCOMPLETE", {
          message: `no publisher in the log in ${config.data} fits, so nothing is known to be complete`,
          hint: "check the names and times that were asked for",
        });
      }
      if (!strict || missing === 0) return 0;
      throw new ConcheError("CONCHE_INCOMPLETE", {
        message: `${missing} ${missing === 1 ? "number is" : "numbers are"} missing in the log in ${config.data}, listed above`,
      });
    } finally {
      reading.close();
    }
  },
});
