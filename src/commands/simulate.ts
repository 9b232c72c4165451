import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { expandPlant } from "../plant/expand-plant.ts";
import { defineCommand } from "./command.ts";
import { withoutPassword } from "./running/delivery.ts";
import { runSimulation } from "./running/simulation-run.ts";
import { endOfRun } from "./running/wait.ts";

/** `conche simulate` */
export const simulate = defineCommand({
  name: "simulate",
  summary: "the simulated line alone, publishing to any broker",
  description:
    "Connects one client per machine, each with its will, and publishes what the simulated lines say. Without --broker\n" +
    "it looks for a data center's embedded broker on this machine (--mqtt-host, --mqtt-port).",
  examples: [
    ["conche simulate", "to the embedded broker of a running data center"],
    ["conche simulate --broker mqtt://broker.plant:1883 --lines 8", "eight lines to another broker"],
    ["conche simulate --payload-version 1 --protocol 3.1.1", "as the first generation of machines speaks"],
  ],
  settings: ["plant", "forSeconds", "quiet", "mqtt", "simulation", "broker"],
  run: async ({ config, terminal, stopSignal }) => {
    const stop = stopSignal();
    const plant = expandPlant(await loadPlant(config.plant), config.simulation);
    const url = config.broker.url ?? `mqtt://${config.mqtt.host}:${config.mqtt.port}`;
    const say = (event: string, text: string, fields: Record<string, unknown> = {}) => {
      if (config.json) terminal.out.write(`${JSON.stringify({ event, ...fields })}\n`);
      else terminal.out.write(`${text}\n`);
    };
    if (!config.quiet)
      say("connecting", `connecting ${plant.machines.length} machines to ${withoutPassword(url)}`);
    // With --for, looking for the broker counts too.
    const giveUp =
      config.forSeconds === null
        ? stop
        : AbortSignal.any([stop, AbortSignal.timeout(config.forSeconds * 1000)]);
    let simulation: Awaited<ReturnType<typeof runSimulation>>;
    try {
      simulation = await runSimulation({
        config,
        plant,
        url,
        signal: giveUp,
        onTrouble: ({ code, message, hint }) => {
          terminal.err.write(`conche: ${code}: ${message}\n  what to do: ${hint}\n`);
        },
      });
    } catch (error) {
      // Asked to stop while the broker was still being looked for; with --for, nobody was ever reached.
      if (error instanceof ConcheError && error.code === "CONCHE_SHUTTING_DOWN") return stop.aborted ? 0 : 1;
      throw error;
    }
    const broker = withoutPassword(url);
    say("started", `${simulation.machines} machines are publishing to ${broker}; Ctrl-C stops`, {
      broker,
      machines: simulation.machines,
    });
    await endOfRun(stop, config.forSeconds, new Promise(() => {}));
    await simulation.stop();
    const { published, refused } = simulation.counts();
    say(
      "stopped",
      `stopped: ${published.toLocaleString("en-US")} messages published, ${refused.toLocaleString("en-US")} refused`,
      { published, refused },
    );
    return refused === 0 ? 0 : 1;
  },
});
