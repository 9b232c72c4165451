import { performanceListing } from "../../adapters/terminal/alarm-format.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { LONGEST_PERFORMANCE_MS } from "../../api/routes/alarm-performance.ts";
import { alarmPerformance } from "../../monitor/alarms/alarm-performance.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { heardSpans } from "../../monitor/machine-state/heard-time.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { listClock } from "../list-clock.ts";
import { FILTER_OPTIONS, filterOf } from "../log/filter-options.ts";
import { requireSpan } from "../longest-span.ts";
import { wholeNumber } from "../option-values.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";

const DAY_MS = 86_400_000;
const { site, line, step, machine, since, until } = FILTER_OPTIONS;
const OPTIONS = {
  ...{ site, line, step, machine, since, until },
  operators: {
    argument: "N",
    help: "operator positions that share the alarms; one a line unless given",
    parse: wholeNumber(1, 1000),
  },
  format: FORMAT_OPTION,
} as const;

/** `conche alarms performance` */
export const performance = defineCommand({
  name: "performance",
  summary: "the alarm system against ISA-18.2 and EEMUA 191",
  description:
    "Measures whether the alarm system can be borne: rates per operator, floods, chattering and standing alarms, the most\n" +
    "frequent ones, priorities. The last 24 h unless --since and --until say otherwise.",
  examples: [
    ["conche alarms performance", "the last day"],
    ["conche alarms performance --since 30d --line line-a", "a month of a line, as the standards ask for"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { operators, format, ...chosen } = options;
    const form = formatOf(format, config.json);
    const clock = await listClock(config.plant, form);
    const { sinceMs, untilMs, ...of } = filterOf(chosen);
    await requireKnown(of, config);
    return withView(config.data, terminal, ALARM_VIEW, (reading, { views }) => {
      const nowMs = Date.now();
      const toMs = untilMs ?? nowMs;
      const fromMs = sinceMs ?? toMs - DAY_MS;
      requireSpan({ fromMs, toMs }, LONGEST_PERFORMANCE_MS);
      const heard = heardSpans(views.reading(machineStateView), { fromMs, toMs: Math.min(toMs, nowMs) }, of);
      const found = alarmPerformance(reading, { fromMs, toMs, of, operators }, nowMs, heard);
      terminal.out.write(renderListing(performanceListing(found, clock), form, terminal));
      return 0;
    });
  },
});
