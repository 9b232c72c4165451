import { renderListing } from "../../adapters/terminal/listing.ts";
import { contentListing } from "../../adapters/terminal/quality-format.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { LONGEST_QUALITY_MS } from "../../api/routes/quality.ts";
import { netContent } from "../../monitor/quality/quality-questions.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { characteristics } from "../../monitor/quality/samples.ts";
import { defineCommand } from "../command.ts";
import { requireKnown } from "../known-names.ts";
import { filterOf } from "../log/filter-options.ts";
import { requireSpan } from "../longest-span.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";
import { requireExamined, SAMPLE_OPTIONS } from "./characteristic.ts";

const MONTH_MS = 30 * 86_400_000;
const OPTIONS = { ...SAMPLE_OPTIONS, format: FORMAT_OPTION } as const;

/** `conche spc content` */
export const content = defineCommand({
  name: "content",
  summary: "net content by batch (76/211/EEC): mean, T1, T2, reference test",
  description:
    "Holds the weights of packs against the law, batch by batch, newest first: the packer's three rules and the inspector's\n" +
    "reference test. What the pack's weight is says the plant file (quality.characteristics, net_content). The last 30 days\n" +
    "unless --since and --until say otherwise.",
  examples: [
    ["conche spc content --since 7d", "a week's batches"],
    ["conche spc content --batch B20260111-DA-0042 --json", "one batch, for a program"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const { product, format, ...chosen } = options;
    const form = formatOf(format, config.json);
    const plant = await loadPlant(config.plant);
    const { sinceMs, untilMs } = filterOf(chosen);
    await requireKnown(chosen, config);
    return withView(config.data, terminal, QUALITY_VIEW, (reading) => {
      requireExamined(reading, plant, { product });
      const batches = characteristics(reading).flatMap(({ machine, characteristic, lastMs }) => {
        const toMs = untilMs ?? Math.max(Date.now(), lastMs + 1);
        const fromMs = sinceMs ?? Math.min(toMs, lastMs) - MONTH_MS;
        requireSpan({ fromMs, toMs }, LONGEST_QUALITY_MS);
        return netContent(reading, plant, {
          ...{ machine, characteristic, product, batchId: chosen.batch, fromMs, toMs },
        });
      });
      terminal.out.write(renderListing(contentListing(batches), form, terminal));
      return 0;
    });
  },
});
