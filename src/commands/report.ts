import type { CommandGroup } from "./command.ts";
import { completeness } from "./report/completeness.ts";
import { plausibility } from "./report/plausibility.ts";

/** `conche report` */
export const report: CommandGroup = {
  name: "report",
  summary: "reports over the log: completeness, plausibility",
  description: "Draws up reports over the log of a data folder, beside a running data center or on a backup.",
  examples: [
    ["conche report completeness", "who said how much, and what of it is missing"],
    ["conche report plausibility", "what doesn't fit the plant or the clock"],
  ],
  commands: [completeness, plausibility],
};
