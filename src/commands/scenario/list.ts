import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { renderTable, type TableColumn } from "../../adapters/terminal/table.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { loadScenario, scenarioNames } from "../../adapters/yaml/load-scenario.ts";
import { SCENARIO_FOLDER } from "../../run/simulation/chosen-scenario.ts";
import { defineCommand } from "../command.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "scenario" },
  { title: "hours", align: "right" },
  { title: "what happens", flexible: true },
  { title: "findings", align: "right" },
];

/** `conche scenario list` */
export const list = defineCommand({
  name: "list",
  summary: "show the packaged scenarios",
  description: "Shows the scenarios that come with the package: name, simulated hours, what happens.",
  examples: [
    ["conche scenario list", "a table"],
    ["conche scenario list --json", "whole scenarios as JSON Lines"],
  ],
  settings: ["plant"],
  async run({ config, terminal }) {
    const plant = await loadPlant(config.plant);
    const names = await scenarioNames(SCENARIO_FOLDER);
    const scenarios = await Promise.all(names.map((name) => loadScenario(name, SCENARIO_FOLDER, plant)));
    if (config.json) for (const scenario of scenarios) terminal.out.write(`${jsonLine(scenario)}\n`);
    else {
      const rows = scenarios.map(({ id, hours, title, expect }) => [id, hours, title, expect.length]);
      terminal.out.write(`${renderTable(COLUMNS, rows, terminal)}\n`);
    }
    return 0;
  },
});
