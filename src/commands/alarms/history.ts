import { occurrenceListing } from "../../adapters/terminal/alarm-format.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { ALARM_PRIORITIES } from "../../contract/schemas/alarm-v2.ts";
import { alarmHistory } from "../../monitor/alarms/alarm-history.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { listClock } from "../list-clock.ts";
import { FILTER_OPTIONS, filterOf } from "../log/filter-options.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";

const { site, line, step, machine, since, until } = FILTER_OPTIONS;
const OPTIONS = {
  ...{ site, line, step, machine, since, until },
  priority: {
    argument: "PRIORITY",
    help: "only this priority: low, medium, high, critical",
    parse: oneOf(ALARM_PRIORITIES),
  },
  code: { argument: "CODE", help: "only this code, as TEMP_OUT_OF_RANGE" },
  limit: {
    argument: "N",
    help: "at most so many, the newest; 100 unless given",
    parse: wholeNumber(1, 100_000),
  },
  format: FORMAT_OPTION,
} as const;

/** `conche alarms history` */
export const history = defineCommand({
  name: "history",
  summary: "every coming of every alarm with what became of it, newest first",
  description:
    "Lists the occurrences of alarms: when they came and went, who acknowledged them, and what silenced them.",
  examples: [
    ["conche alarms history --since 8h", "the shift"],
    ["conche alarms history --code WRAPPER_JAM --limit 20", "the last jams"],
    ["conche alarms history --since 7d --format csv > alarms.csv", "a week, for a spreadsheet"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { priority, code, limit = 100, format, ...chosen } = options;
    const form = formatOf(format, config.json);
    const clock = await listClock(config.plant, form);
    const { sinceMs, untilMs, ...of } = filterOf(chosen);
    await requireKnown(of, config);
    return withView(config.data, terminal, ALARM_VIEW, (reading) => {
      const question = {
        ...{ of, fromMs: sinceMs, toMs: untilMs, limit },
        priorities: priority === undefined ? undefined : [priority],
        codes: code === undefined ? undefined : [code],
      };
      const { occurrences } = alarmHistory(reading, question, Date.now());
      terminal.out.write(renderListing(occurrenceListing(occurrences, clock), form, terminal));
      return 0;
    });
  },
});
