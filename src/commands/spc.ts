import type { CommandGroup } from "./command.ts";
import { capability } from "./spc/capability.ts";
import { chart } from "./spc/chart.ts";
import { content } from "./spc/content.ts";
import { list } from "./spc/list.ts";
import { nozzles } from "./spc/nozzles.ts";

/** `conche spc` */
export const spc: CommandGroup = {
  name: "spc",
  summary: "is it in control, capable, lawful: list, chart, capability, content, nozzles",
  description:
    "Statistical process control over the results of examining the product. Works beside the process that keeps the views\n" +
    "of the data folder.",
  examples: [
    ["conche spc chart packer-03 weight_g", "a control chart in the terminal"],
    ["conche spc capability", "Cpk and Ppk with their intervals"],
    ["conche spc content --since 7d", "net content of a week's batches"],
  ],
  commands: [list, chart, capability, content, nozzles],
};
