import { alarmEventListing } from "../../adapters/terminal/alarm-format.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { alarmEvents } from "../../monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { defineCommand } from "../command.ts";
import { listClock } from "../list-clock.ts";
import { wholeNumber } from "../option-values.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";
import { knownAlarm } from "./known-alarm.ts";

const OPTIONS = {
  limit: {
    argument: "N",
    help: "at most so many events, the newest; 50 unless given",
    parse: wholeNumber(1, 10_000),
  },
  format: FORMAT_OPTION,
} as const;

/** `conche alarms show MACHINE ALARM` */
export const show = defineCommand({
  name: "show",
  summary: "one alarm as it stands, with its events",
  description: "Shows who did what to an alarm and when, newest first, and the state that it is in.",
  examples: [["conche alarms show temper-01 temp_c.high", "the temperer's alarm of the outlet"]],
  arguments: [
    { name: "machine", help: "as temper-01, or <site>/<line>/<step>/<machine>" },
    { name: "alarm", help: "its id, as `conche alarms list` shows it" },
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: { machine = "", alarm = "" }, options, config, terminal }) {
    const form = formatOf(options.format, config.json);
    const clock = await listClock(config.plant, form);
    return withView(config.data, terminal, ALARM_VIEW, (reading) => {
      const found = knownAlarm(reading, machine, alarm, Date.now());
      const events = alarmEvents(reading, found.machine, found.alarmId, options.limit ?? 50);
      terminal.out.write(renderListing(alarmEventListing(events, found, clock), form, terminal));
      return 0;
    });
  },
});
