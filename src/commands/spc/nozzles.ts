import { renderListing } from "../../adapters/terminal/listing.ts";
import { placesListing } from "../../adapters/terminal/quality-format.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { LONGEST_QUALITY_MS } from "../../api/routes/quality.ts";
import { placesOf } from "../../monitor/quality/quality-questions.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { filterOf } from "../log/filter-options.ts";
import { requireSpan } from "../longest-span.ts";
import { oneOf } from "../option-values.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";
import { CHARACTERISTIC, knownCharacteristic, nothingExamined, SAMPLE_OPTIONS } from "./characteristic.ts";

const SHIFT_MS = 8 * 3_600_000;
const OPTIONS = {
  ...SAMPLE_OPTIONS,
  by: { argument: "PLACE", help: "nozzle (the default) or lane", parse: oneOf(["nozzle", "lane"]) },
  format: FORMAT_OPTION,
} as const;

/** `conche spc nozzles MACHINE CHARACTERISTIC` */
export const nozzles = defineCommand({
  name: "nozzles",
  summary: "nozzles or lanes side by side: which one is apart, which one drifts",
  description:
    "Compares each nozzle with the others of the same sample, so that what all share falls out, and says which one drifts\n" +
    "and how sure that is. The last 8 h unless --since and --until say otherwise.",
  examples: [["conche spc nozzles molder-01 deposit_g", "the depositor's cavities"]],
  arguments: CHARACTERISTIC,
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: { machine = "", characteristic = "" }, options, config, terminal }) {
    const { by = "nozzle", product, format, ...chosen } = options;
    const form = formatOf(format, config.json);
    const plant = await loadPlant(config.plant);
    const { sinceMs, untilMs } = filterOf(chosen);
    await requireKnown(chosen, config);
    return withView(config.data, terminal, QUALITY_VIEW, (reading) => {
      const known = knownCharacteristic(reading, machine, characteristic);
      const toMs = untilMs ?? Math.max(Date.now(), known.lastMs + 1);
      const fromMs = sinceMs ?? Math.min(toMs, known.lastMs) - SHIFT_MS;
      requireSpan({ fromMs, toMs }, LONGEST_QUALITY_MS);
      const question = {
        machine: known.machine,
        characteristic,
        product,
        batchId: chosen.batch,
        fromMs,
        toMs,
      };
      const found = placesOf(reading, question, by);
      if (found === undefined) throw nothingExamined(reading, plant, question);
      terminal.out.write(renderListing(placesListing(found), form, terminal));
      return 0;
    });
  },
});
