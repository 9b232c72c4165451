import type { CommandGroup } from "./command.ts";
import { check } from "./scenario/check.ts";
import { list } from "./scenario/list.ts";
import { show } from "./scenario/show.ts";

/** `conche scenario` */
export const scenario: CommandGroup = {
  name: "scenario",
  summary: "what can go wrong on a simulated line, and what is to be found of it: list, show, check",
  description:
    "Scenarios say what goes wrong on a simulated line, and what a good monitoring system finds of it. They are small\n" +
    "YAML files: those of the package by name, your own by path.",
  examples: [
    ["conche scenario list", "what there is"],
    ["conche scenario show milk-lot-contaminated", "what happens, and what is to be found"],
    ["conche scenario check nozzle-clogging", "let it happen, and look for what is to be found"],
  ],
  commands: [list, show, check],
};
