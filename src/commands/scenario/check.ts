import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { loadScenario } from "../../adapters/yaml/load-scenario.ts";
import { withTelemetryInterval } from "../../plant/expand-plant.ts";
import { SCENARIO_FOLDER } from "../../run/simulation/chosen-scenario.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { checkTruth, type FindingCheck } from "../../simulator/scenario/find-evidence.ts";
import type { GroundTruth } from "../../simulator/scenario/ground-truth.ts";
import type { SimulatedMessage } from "../../simulator/simulated-message.ts";
import { defineCommand } from "../command.ts";

const HOUR_MS = 3_600_000;
/** A week of telemetry of every second would be five million messages, and shows nothing that a minute's doesn't. */
const TELEMETRY_S = 60;

/** `conche scenario check` */
export const check = defineCommand({
  name: "check",
  summary: "let a scenario happen, as fast as possible, and look for its findings in what the line says",
  description:
    "Simulates a scenario without any broker, telemetry once a minute, and looks in the messages for everything that is\n" +
    "to be found. With --json the whole ground truth of this run: findings with machines and times, and of a\n" +
    "contaminated lot every lot, case, pallet and shipment with a part of it. Exits with 1 when something isn't there.",
  examples: [
    ["conche scenario check nozzle-clogging", "is everything there that it promises?"],
    [
      "conche scenario check milk-lot-contaminated --seed 7 --start 2026-01-11T08:00:00Z --json",
      "the truth about a run, to hold a recall against",
    ],
  ],
  arguments: [{ name: "scenario", help: "its name, or its file" }],
  settings: ["plant", "simulation"],
  only: { simulation: ["seed", "start"] },
  async run({ arguments: words, config, terminal, stopSignal }) {
    const stop = stopSignal();
    const plant = withTelemetryInterval(await loadPlant(config.plant), TELEMETRY_S);
    const scenario = await loadScenario(words.scenario ?? "", SCENARIO_FOLDER, plant);
    const startMs = config.simulation.startMs ?? Date.now();
    const { seed } = config.simulation;
    const line = simulatePlant(plant, { seed, startMs, payloadVersion: 2, scenario });
    const said: SimulatedMessage[] = [];
    for (let hour = 1; hour < scenario.hours + 1 && !stop.aborted; hour++) {
      for (const message of line.advance(startMs + Math.min(hour, scenario.hours) * HOUR_MS))
        said.push(message);
      // A turn of the event loop, so that Ctrl-C is heard.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const truth = line.truth();
    if (truth === undefined || stop.aborted) return 1;
    const checks = checkTruth(truth, said);
    terminal.out.write(`${config.json ? jsonLine(asJson(truth, checks)) : asText(truth, checks)}\n`);
    return checks.every(({ missing }) => missing.length === 0) ? 0 : 1;
  },
});

function asJson(truth: GroundTruth, checks: readonly FindingCheck[]): Readonly<Record<string, unknown>> {
  const { startMs, endMs, ...rest } = truth;
  return {
    ...rest,
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    findings: checks.map(({ finding: { fromMs, untilMs, ...finding }, missing }) => ({
      ...finding,
      from: new Date(fromMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      missing,
    })),
  };
}

function asText(truth: GroundTruth, checks: readonly FindingCheck[]): string {
  const lines = [`${truth.title} on ${truth.line}`];
  for (const { finding, missing } of checks) {
    lines.push(`  ${missing.length === 0 ? "there  " : "MISSING"}  ${finding.finding}: ${finding.says}`);
    for (const piece of missing) lines.push(`             not found: ${piece}`);
  }
  for (const { source, lots, units, shipments } of truth.affected)
    lines.push(
      `  ${source} is in ${lots.length} lots, ${units.length} cases and pallets, ${shipments.length} shipments`,
    );
  return lines.map(sanitizeLine).join("\n");
}
