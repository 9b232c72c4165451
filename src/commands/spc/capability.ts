import { renderListing } from "../../adapters/terminal/listing.ts";
import { capabilityListing } from "../../adapters/terminal/quality-format.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { LONGEST_QUALITY_MS } from "../../api/routes/quality.ts";
import { capability as capabilityOf } from "../../monitor/quality/quality-questions.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { characteristics } from "../../monitor/quality/samples.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { listClock } from "../list-clock.ts";
import { FILTER_OPTIONS, filterOf } from "../log/filter-options.ts";
import { requireSpan } from "../longest-span.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";
import { requireExamined, SAMPLE_OPTIONS } from "./characteristic.ts";

const MONTH_MS = 30 * 86_400_000;
const { machine } = FILTER_OPTIONS;
const OPTIONS = {
  ...SAMPLE_OPTIONS,
  machine,
  characteristic: { argument: "NAME", help: "only this characteristic, as weight_g" },
  format: FORMAT_OPTION,
} as const;

/** `conche spc capability` */
export const capability = defineCommand({
  name: "capability",
  summary: "Cpk and Ppk with n and interval; not given where the process is not stable",
  description:
    "Holds what is examined against its specification. A process that its control chart doesn't find stable has no\n" +
    "capability; the reason stands beside it. The last 30 days unless --since and --until say otherwise.",
  examples: [
    ["conche spc capability", "everything with a specification"],
    [
      "conche spc capability --characteristic weight_g --product dark --since 7d",
      "one of them, of a product",
    ],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { characteristic, product, format, ...chosen } = options;
    const form = formatOf(format, config.json);
    const clock = await listClock(config.plant, form);
    const plant = await loadPlant(config.plant);
    const { sinceMs, untilMs } = filterOf(chosen);
    await requireKnown(chosen, config);
    return withView(config.data, terminal, QUALITY_VIEW, (reading) => {
      requireExamined(reading, plant, { product, characteristic });
      const toMs = untilMs ?? Date.now();
      if (sinceMs !== undefined) requireSpan({ fromMs: sinceMs, toMs }, LONGEST_QUALITY_MS);
      const asked = characteristics(reading).filter(
        (known) =>
          (characteristic === undefined || known.characteristic === characteristic) &&
          (chosen.machine === undefined || known.machine.endsWith(`/${chosen.machine}`)) &&
          (known.newest?.n ?? 0) > 0,
      );
      const found = asked.flatMap((known) => {
        const question = {
          machine: known.machine,
          characteristic: known.characteristic,
          product,
          batchId: chosen.batch,
        };
        const fromMs = sinceMs ?? Math.min(toMs, known.lastMs) - MONTH_MS;
        return capabilityOf(reading, plant, { ...question, fromMs, toMs }) ?? [];
      });
      const shown =
        characteristic === undefined ? found.filter(({ why }) => why !== "no_specification") : found;
      terminal.out.write(renderListing(capabilityListing(shown, clock), form, terminal));
      return 0;
    });
  },
});
