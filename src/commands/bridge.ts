import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { runForwarding } from "../run/forwarding/forwarding-run.ts";
import { untilEnd } from "../run/wait.ts";
import { defineCommand } from "./command.ts";

/** `conche bridge` */
export const bridge = defineCommand({
  name: "bridge",
  summary: "store and forward from a local broker to another one, until the data center confirms",
  description:
    "Takes factory/# from --local, acknowledging what is in the outbox on disk, forwards it to --cloud, and\n" +
    "forgets it when the data center says that it has it. Receipts and commands come down. See docs/bridge.md.",
  examples: [
    ["conche bridge --local mqtt://127.0.0.1 --cloud mqtt://broker.example", "between two brokers"],
    [
      "conche bridge --local mqtt://127.0.0.1 --cloud mqtts://broker.example --name tunis-01 --gateway tunis-01/site/s0_edge/bridge-01",
      "one of several sites",
    ],
  ],
  outlivesOutput: true,
  defaults: { "http-port": 8082 },
  settings: ["outbox", "forwarding", "local", "cloud", "http", "forSeconds", "quiet", "signing"],
  only: { signing: ["trusted-keys"] },
  run: async ({ config, terminal, stopSignal }) => {
    const stop = stopSignal();
    const run = await runForwarding({
      ...{ role: "bridge", config, terminal },
      readPlant: () => loadPlant(config.plant),
    });
    return untilEnd(run, stop, config.forSeconds);
  },
});
