import { alarmListing } from "../../adapters/terminal/alarm-format.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { ALARM_PRIORITIES } from "../../contract/schemas/alarm-v2.ts";
import { openAlarms } from "../../monitor/alarms/alarm-list.ts";
import { ALARM_STATES } from "../../monitor/alarms/alarm-state.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { listClock } from "../list-clock.ts";
import { FILTER_OPTIONS } from "../log/filter-options.ts";
import { oneOf } from "../option-values.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";

const { site, line, step, machine } = FILTER_OPTIONS;
const OPTIONS = {
  ...{ site, line, step, machine },
  priority: {
    argument: "PRIORITY",
    help: "only this priority: low, medium, high, critical",
    parse: oneOf(ALARM_PRIORITIES),
  },
  state: {
    argument: "STATE",
    help: `only this state: ${ALARM_STATES.slice(1).join(", ")}`,
    parse: oneOf(ALARM_STATES),
  },
  format: FORMAT_OPTION,
} as const;

/** `conche alarms list` */
export const list = defineCommand({
  name: "list",
  summary: "alarms that are not simply normal, most urgent first",
  description:
    "Lists the alarms that stand, and those that are back to normal and nobody has acknowledged, shelved, suppressed or\n" +
    "out of service (ISA-18.2). `seen` is the newest message about the alarm: an action with --seen is refused when there\n" +
    "is a newer one. Reads the views of the data folder, beside the process that keeps them.",
  examples: [
    ["conche alarms list", "what needs somebody"],
    ["conche alarms list --line line-a --priority high", "the urgent ones of a line"],
    ["conche alarms list --state shelved --format csv", "what is shelved, for a spreadsheet"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { priority, state, format, ...of } = options;
    const form = formatOf(format, config.json);
    const clock = await listClock(config.plant, form);
    await requireKnown(of, config);
    return withView(config.data, terminal, ALARM_VIEW, (reading) => {
      const nowMs = Date.now();
      const alarms = openAlarms(reading, nowMs, {
        of,
        priorities: priority === undefined ? undefined : [priority],
        states: state === undefined ? undefined : [state],
      });
      terminal.out.write(renderListing(alarmListing(alarms, nowMs, clock), form, terminal));
      return 0;
    });
  },
});
