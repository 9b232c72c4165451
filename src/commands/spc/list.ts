import { renderListing } from "../../adapters/terminal/listing.ts";
import { characteristicListing } from "../../adapters/terminal/quality-format.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { characteristics } from "../../monitor/quality/samples.ts";
import { defineCommand } from "../command.ts";
import { listClock } from "../list-clock.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";

const OPTIONS = { format: FORMAT_OPTION } as const;

/** `conche spc list` */
export const list = defineCommand({
  name: "list",
  summary: "what is examined where",
  description:
    "Lists the characteristics that machines and laboratories have sent results of, with the newest one.",
  examples: [["conche spc list", "all of them"]],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options, config, terminal }) {
    const form = formatOf(options.format, config.json);
    const clock = await listClock(config.plant, form);
    return withView(config.data, terminal, QUALITY_VIEW, (reading) => {
      terminal.out.write(
        renderListing(characteristicListing(characteristics(reading), clock), form, terminal),
      );
      return 0;
    });
  },
});
