import { holdListing } from "../../adapters/terminal/hold-format.ts";
import { renderListing } from "../../adapters/terminal/listing.ts";
import { holds } from "../../monitor/holds/hold-list.ts";
import { holdsView } from "../../monitor/holds/holds-view.ts";
import { defineCommand } from "../command.ts";
import { listClock } from "../list-clock.ts";
import { FORMAT_OPTION, formatOf } from "../output-format.ts";
import { withView } from "../with-view.ts";

const OPTIONS = {
  all: { help: "those that were decided, too" },
  format: FORMAT_OPTION,
} as const;

/** `conche holds list` */
export const list = defineCommand({
  name: "list",
  summary: "what is on hold: since when, by whom, why",
  description:
    "Lists the holds that something is still on; with --all those that were decided, too. `seen` is the newest message\n" +
    "about the hold: a decision with --seen is refused when there is a newer one. Reads the views of the data folder,\n" +
    "beside the process that keeps them.",
  examples: [
    ["conche holds list", "what may not be used, moved on or shipped"],
    ["conche holds list --all --json", "every hold, for a program"],
  ],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ options: { all, format }, config, terminal }) {
    const form = formatOf(format, config.json);
    const clock = await listClock(config.plant, form);
    return withView(config.data, terminal, holdsView, (reading) => {
      const found = [...holds(reading)].filter(({ open }) => all || open);
      terminal.out.write(renderListing(holdListing(found, clock), form, terminal));
      return 0;
    });
  },
});
