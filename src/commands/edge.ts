import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { runForwarding } from "../run/forwarding/forwarding-run.ts";
import { untilEnd } from "../run/wait.ts";
import { defineCommand } from "./command.ts";

/** `conche edge` */
export const edge = defineCommand({
  name: "edge",
  summary: "gateway: takes what machines say, keeps it on disk, forwards it to another broker",
  description:
    "A broker for the machines of a line (or, with --local, a client of the one they have). Gives every message an identity\n" +
    "without touching its bytes, acknowledges it when it is in the outbox on disk, forwards it to --cloud, and forgets it\n" +
    "when the data center says that it has it.",
  examples: [
    ["conche edge --cloud mqtt://broker.plant:1883", "machines publish to port 1883 of this computer"],
    [
      "conche edge --cloud mqtts://broker.plant --cloud-ca ca.pem --cloud-cert me.pem --cloud-key me.key",
      "with TLS",
    ],
    [
      "conche edge --cloud mqtt://broker.plant --gateway tunis-01/line-a/s0_edge/edge-01",
      "named in the plant",
    ],
    [
      "conche edge --cloud mqtt://broker.plant --mqtt-passwords users.txt --access policy",
      "each machine for itself",
    ],
  ],
  outlivesOutput: true,
  defaults: { "http-port": 8081 },
  settings: [
    "outbox",
    "forwarding",
    "cloud",
    "local",
    "mqtt",
    "access",
    "plant",
    "http",
    "forSeconds",
    "quiet",
    "signing",
  ],
  only: { signing: ["trusted-keys"] },
  run: async ({ config, terminal, stopSignal }) => {
    const stop = stopSignal();
    const run = await runForwarding({
      ...{ role: "edge", config, terminal },
      readPlant: () => loadPlant(config.plant),
    });
    return untilEnd(run, stop, config.forSeconds);
  },
});
