import { join } from "node:path";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import type { Config } from "../config/config-schema.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { expandPlant } from "../plant/expand-plant.ts";
import { withTelemetryInterval } from "../plant/telemetry-interval.ts";
import { BrokerSearch } from "../run/broker/broker-search.ts";
import { withoutPassword } from "../run/broker/delivery.ts";
import { runDataCenter } from "../run/data-center/data-center-run.ts";
import { chosenScenario } from "../run/simulation/chosen-scenario.ts";
import { behindInALine, runSimulation } from "../run/simulation/simulation-run.ts";
import { endOfRun } from "../run/wait.ts";
import { defineCommand } from "./command.ts";

/** `conche up`: what `npm start` runs. */
export const up = defineCommand({
  name: "up",
  summary: "broker, data center and a simulated line in one",
  description:
    "Starts the embedded broker, the data center and the simulated line, says where everything is and shows what is\n" +
    "ingested. Ctrl-C drains and stops: what was acknowledged is on disk.",
  examples: [
    ["conche up", "everything on its usual ports, log in ./data"],
    ["conche up --for 20 --mqtt-port 0 --http-port 0", "20 seconds on free ports"],
    ["conche up --lines 4 --speed 60", "four lines, a minute in a second"],
  ],
  outlivesOutput: true,
  settings: ["data", "plant", "outbox", "forSeconds", "quiet", "mqtt", "http", "simulation", "broker"],
  run: async ({ config, terminal, stopSignal }) => {
    const stop = stopSignal();
    const { simulation: simulated } = config;
    const expanded = expandPlant(await loadPlant(config.plant), simulated);
    const plant = withTelemetryInterval(expanded, simulated.telemetryIntervalSeconds);
    const scenario = await chosenScenario(simulated.scenario, plant);
    const center = await runDataCenter({ config, terminal, plant, simulation: simulationInALine(config) });
    const running = new AsyncDisposableStack();
    running.defer(() => center.stop());
    try {
      const ending = endOfRun(stop, config.forSeconds, center.failed);
      // A run that ends while the broker is still being looked for ends the looking.
      const giveUp = new AbortController();
      void ending.then(() => giveUp.abort());
      const url = config.broker.url ?? center.mqttUrl ?? "";
      const search = new BrokerSearch({
        address: withoutPassword(url),
        forSeconds: config.forSeconds,
        onTrouble: ({ code, message }) => center.console.notice("warning", `simulation: ${code}: ${message}`),
      });
      const connecting = runSimulation({
        config,
        plant,
        scenario,
        url,
        outbox: config.outbox ?? join(config.data, "outbox"),
        signal: giveUp.signal,
        onTrouble: search.troubled,
        onBehind: (behind) => center.console.notice("warning", behindInALine(behind, simulated.speed)),
      });
      const simulation = await search.found(connecting);
      if (simulation !== undefined) {
        running.defer(async () => {
          await simulation.stop();
          center.console.simulated(simulation.counts());
        });
      }
      const end = await ending;
      if (end instanceof ConcheError) throw end;
      if (simulation === undefined && end === "time") throw search.failure();
      return 0;
    } finally {
      await running.disposeAsync();
    }
  },
});

/** The simulation as the banner says it. */
function simulationInALine({ simulation }: Config): string {
  const { lines, sites, speed, seed, payloadVersion, scenario } = simulation;
  const wrong = scenario === null ? "" : `, scenario ${scenario}`;
  const each = sites === null || sites === 1 ? "" : ` at each of ${sites} sites`;
  const count = `${lines === 1 ? "1 line" : `${lines} lines`}${each}`;
  return `${count}, ${speed} simulated second${speed === 1 ? "" : "s"} per second, seed ${seed}, payload version ${payloadVersion}${wrong}`;
}
