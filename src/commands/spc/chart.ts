import { renderListing } from "../../adapters/terminal/listing.ts";
import { chartListing, chartText } from "../../adapters/terminal/quality-format.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { LONGEST_QUALITY_MS } from "../../api/routes/quality.ts";
import { controlChart } from "../../monitor/quality/chart-question.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { CHART_KINDS, RULE_SET_NAMES, TREATMENTS } from "../../plant/schema/quality.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { listClock } from "../list-clock.ts";
import { filterOf } from "../log/filter-options.ts";
import { requireSpan } from "../longest-span.ts";
import { oneOf } from "../option-values.ts";
import { CSV_EXCEL_HELP, FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";
import { CHARACTERISTIC, knownCharacteristic, nothingExamined, SAMPLE_OPTIONS } from "./characteristic.ts";

const SHIFT_MS = 8 * 3_600_000;
const OPTIONS = {
  ...SAMPLE_OPTIONS,
  chart: {
    argument: "CHART",
    help: `${CHART_KINDS.join(", ")}; as the plant file says unless given`,
    parse: oneOf(CHART_KINDS),
  },
  rules: {
    argument: "RULES",
    help: `${RULE_SET_NAMES.join(", ")}; as the plant file says unless given`,
    parse: oneOf(RULE_SET_NAMES),
  },
  treatment: {
    argument: "TREATMENT",
    help: `of values that hang together: ${TREATMENTS.join(", ")}`,
    parse: oneOf(TREATMENTS),
  },
  format: { ...FORMAT_OPTION, help: `table (the chart, the default), json, csv, or ${CSV_EXCEL_HELP}` },
} as const;

/** `conche spc chart MACHINE CHARACTERISTIC` */
export const chart = defineCommand({
  name: "chart",
  summary: "a control chart in the terminal, judged by limits that were frozen before",
  description:
    "Draws the control chart of a characteristic: a diamond where a rule is broken. The limits come from the first samples\n" +
    "of the product, and say from how many. The last 8 h unless --since and --until say otherwise.",
  examples: [
    ["conche spc chart packer-03 weight_g", "the weights of the shift"],
    ["conche spc chart temper-01 temper_index --since 3d --chart ewma", "small shifts over three days"],
    ["conche spc chart molder-01 deposit_g --since 30d --format csv", "a month's points, for a spreadsheet"],
  ],
  arguments: CHARACTERISTIC,
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: { machine = "", characteristic = "" }, options, config, terminal }) {
    const { chart: kind, rules, treatment, format, product, ...chosen } = options;
    const form = formatOf(format, config.json);
    const clock = await listClock(config.plant, form);
    const plant = await loadPlant(config.plant);
    const { sinceMs, untilMs } = filterOf(chosen);
    await requireKnown(chosen, config);
    return withView(config.data, terminal, QUALITY_VIEW, (reading) => {
      const known = knownCharacteristic(reading, machine, characteristic);
      const toMs = untilMs ?? Math.max(Date.now(), known.lastMs + 1);
      const fromMs = sinceMs ?? Math.min(toMs, known.lastMs) - SHIFT_MS;
      requireSpan({ fromMs, toMs }, LONGEST_QUALITY_MS);
      const question = { machine: known.machine, characteristic, product, batchId: chosen.batch };
      const found = controlChart(reading, plant, {
        ...question,
        ...{ fromMs, toMs, chart: kind, rules, treatment },
      });
      if (found === undefined) throw nothingExamined(reading, plant, question);
      const text =
        form === "table"
          ? chartText(found, terminal, clock)
          : renderListing(chartListing(found), form, terminal);
      terminal.out.write(text);
      return 0;
    });
  },
});
