import { loadPlant } from "../adapters/yaml/load-plant.ts";
import type { Config } from "../config/config-schema.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { expandPlant, withTelemetryInterval } from "../plant/expand-plant.ts";
import { securedConfig } from "../run/certificates/secured-config.ts";
import { runDataCenter } from "../run/data-center/data-center-run.ts";
import { firstLogin } from "../run/first-login.ts";
import { chosenScenario } from "../run/simulation/chosen-scenario.ts";
import { simulateInto } from "../run/simulation/simulated-line.ts";
import { endOfRun } from "../run/wait.ts";
import { defineCommand } from "./command.ts";

/** `conche up`: what `npm start` runs. */
export const up = defineCommand({
  name: "up",
  summary: "broker, data center and a simulated line in one",
  description:
    "Starts the embedded broker, the data center and the simulated line, says where everything is and shows what is\n" +
    "ingested. Ctrl-C drains and stops: what was acknowledged is on disk. The line has one story per data folder: it\n" +
    "begins with a past (--history) and goes on at the next start, with what happened meanwhile. With --speed it begins\n" +
    "further back, and never gets ahead of the clock.",
  examples: [
    ["conche up", "everything on its usual ports, log in ./data"],
    ["conche up --for 20 --mqtt-port 0 --http-port 0", "20 seconds on free ports"],
    ["conche up --lines 4 --speed 60", "four lines, a minute in a second"],
    ["conche up --history none", "a line without a past"],
    ["conche up --secure", "with certificates for everybody, mutual TLS between all parts, and a login"],
  ],
  settings: [
    "data",
    "plant",
    "secure",
    "certificates",
    "outbox",
    "forSeconds",
    "quiet",
    "messages",
    "mqtt",
    "access",
    "quarantine",
    "http",
    "oidc",
    "views",
    "notify",
    "simulation",
    "story",
    "broker",
    "signing",
  ],
  outlivesOutput: true,
  run: async ({ config: given, terminal, stopSignal }) => {
    const stop = stopSignal();
    const { simulation: simulated } = given;
    const readPlant = async () =>
      withTelemetryInterval(
        expandPlant(await loadPlant(given.plant), simulated),
        simulated.telemetryIntervalSeconds,
      );
    const plant = await readPlant();
    const config = given.secure ? (await securedConfig(given, plant, Date.now())).config : given;
    const scenario = await chosenScenario(simulated.scenario, plant);
    const isSimulated = plant.machines.some(({ definition }) => definition.simulation !== undefined);
    const simulation = isSimulated
      ? simulationInALine(config)
      : "none: no machine of the plant has a simulation; connect yours";
    const center = await runDataCenter({
      ...{ config, terminal, plant, readPlant, simulation },
      firstLogin: given.secure ? () => firstLogin(config.data, Date.now()) : undefined,
    });
    const running = new AsyncDisposableStack();
    running.defer(() => center.stop());
    try {
      const ending = endOfRun(stop, config.forSeconds, center.failed);
      // A run that ends while the broker is still being looked for ends the looking.
      const giveUp = new AbortController();
      void ending.then(() => giveUp.abort());
      const search = isSimulated
        ? await simulateInto(running, { config, terminal, plant, scenario, center, signal: giveUp.signal })
        : undefined;
      const end = await ending;
      if (end instanceof ConcheError) throw end;
      const failure = search?.found === false && end === "time" ? search.failure() : undefined;
      if (failure !== undefined) throw failure;
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
