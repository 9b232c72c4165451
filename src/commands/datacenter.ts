import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { runDataCenter } from "../run/data-center/data-center-run.ts";
import { untilEnd } from "../run/wait.ts";
import { defineCommand } from "./command.ts";

/** `conche datacenter`. */
export const datacenter = defineCommand({
  name: "datacenter",
  summary: "receive and store messages: embedded broker, or --broker for any other",
  description:
    "Receives the messages of machines, stores each one durably and acknowledges it only then. Without --broker it is the MQTT broker itself; with --broker it ingests from that one.",
  examples: [
    ["conche datacenter", "MQTT broker on port 1883, log in ./data"],
    ["conche datacenter --broker mqtt://broker.plant:1883", "ingest from another broker"],
    [
      "conche datacenter --mqtt-host 0.0.0.0 --mqtt-passwords users.txt",
      "reachable from the plant, with passwords",
    ],
    [
      "conche datacenter --mqtt-host 0.0.0.0 --mqtt-passwords users.txt --access policy",
      "where each client may only what its identity may",
    ],
  ],
  outlivesOutput: true,
  settings: [
    "data",
    "plant",
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
    "broker",
    "signing",
  ],
  run: async ({ config, terminal, stopSignal }) => {
    const stop = stopSignal();
    const readPlant = () => loadPlant(config.plant);
    const run = await runDataCenter({ config, terminal, plant: await readPlant(), readPlant });
    return untilEnd(run, stop, config.forSeconds);
  },
});
