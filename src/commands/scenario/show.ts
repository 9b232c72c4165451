import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { loadScenario } from "../../adapters/yaml/load-scenario.ts";
import type { Expectation, ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import { SCENARIO_FOLDER } from "../../run/simulation/chosen-scenario.ts";
import { defineCommand } from "../command.ts";

/** `conche scenario show` */
export const show = defineCommand({
  name: "show",
  summary: "show one scenario: what happens, and what is to be found of it",
  description: "Shows a scenario: what goes wrong and when, and what a good monitoring system finds of it.",
  examples: [
    ["conche scenario show nozzle-clogging", "one of the package"],
    ["conche scenario show ./mine.yaml --json", "one of your own, as JSON"],
  ],
  arguments: [{ name: "scenario", help: "its name, or its file" }],
  settings: ["plant"],
  async run({ arguments: words, config, terminal }) {
    const plant = await loadPlant(config.plant);
    const scenario = await loadScenario(words.scenario ?? "", SCENARIO_FOLDER, plant);
    const lines = config.json ? [jsonLine(scenario)] : page(scenario);
    terminal.out.write(`${lines.map((line) => (config.json ? line : sanitizeLine(line))).join("\n")}\n`);
    return 0;
  },
});

function page({ id, title, hours, description, disturbances, expect }: ScenarioDocument): string[] {
  return [
    `${title} (${id}, ${hours} h)`,
    "",
    description,
    "",
    "what goes wrong:",
    ...(disturbances.length === 0 ? ["  nothing"] : []),
    ...disturbances.map(({ action, at_h, ...rest }) => `  from ${at_h} h on: ${action} ${parameters(rest)}`),
    "",
    "what is to be found:",
    ...expect.flatMap(expectation),
  ];
}

function parameters(rest: Readonly<Record<string, unknown>>): string {
  return Object.entries(rest)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}

function expectation({ finding, says, machine, from_h, until_h, alarms = [] }: Expectation): string[] {
  const where = machine === undefined ? "the line" : machine;
  const codes = alarms.length === 0 ? "" : `; alarms ${alarms.join(", ")}`;
  return [`  ${finding} (${where}, ${from_h} to ${until_h} h${codes})`, `    ${says}`];
}
