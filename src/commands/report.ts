import type { CommandGroup } from "./command.ts";
import { completeness } from "./report/completeness.ts";

/** `conche report` */
export const report: CommandGroup = {
  name: "report",
  summary: "reports over the log: completeness",
  description: "Draws up reports over the log of a data folder, beside a running data center or on a backup.",
  examples: [["conche report completeness", "who said how much, and what of it is missing"]],
  commands: [completeness],
};
