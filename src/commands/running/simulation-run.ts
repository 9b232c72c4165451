import { randomBytes } from "node:crypto";
import { connectMachine, type MachineClientOptions } from "../../adapters/mqtt/machine-client.ts";
import type { Config } from "../../config/config-schema.ts";
import type { MachineKey } from "../../contract/topic.ts";
import { newBoot } from "../../edge/boot.ts";
import { Player, type PlayerCounts } from "../../edge/player.ts";
import { PublishingMachine } from "../../edge/publishing-machine.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { Plant } from "../../plant/plant.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { offlineState, willOf } from "../../simulator/report/birth-and-will.ts";
import type { PayloadVersion } from "../../simulator/simulated-message.ts";
import { consumerOptions } from "../consumer-options.ts";

/** What a simulation is run with. */
export interface SimulationRunParts {
  readonly config: Config;
  readonly plant: Plant;
  /** The broker the machines connect to. */
  readonly url: string;
  /** Gives up connecting when aborted. */
  readonly signal: AbortSignal;
  /** Hears of lost connections and refused messages. */
  readonly onTrouble: (error: ConcheError) => void;
}

/** A simulated plant on the wire. */
export interface SimulationRun {
  readonly machines: number;
  readonly counts: () => PlayerCounts;
  /** Lets every machine say OFFLINE, waits for the broker's answers, disconnects. */
  stop(): Promise<void>;
}

/** Longest that a stop waits for the broker's last answers, milliseconds. */
const LAST_ANSWERS_MS = 3_000;

/**
 * Connects a client per machine and lets the simulated lines speak.
 * @throws ConcheError CONCHE_BROKER_REFUSED, CONCHE_SHUTTING_DOWN
 */
export async function runSimulation(parts: SimulationRunParts): Promise<SimulationRun> {
  const { config, plant, onTrouble } = parts;
  const { seed, speed } = config.simulation;
  const payloadVersion = versionOf(config);
  const startMs = config.simulation.startMs ?? Date.now();
  const machines = await connectAll(parts);
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const player = new Player({
    source: simulatePlant(plant, { seed, startMs, payloadVersion }),
    machines,
    startMs,
    speed,
    elapsedMs,
    onRefused: onTrouble,
  });
  const end = new AbortController();
  const played = player.play(end.signal);
  return {
    machines: machines.size,
    counts: () => player.counts,
    stop: async () => {
      end.abort();
      await played;
      const offline = offlineState(payloadVersion, Math.round(startMs + elapsedMs() * speed));
      const said = Array.from(machines.values(), (machine) => machine.publish("state", offline));
      await within(LAST_ANSWERS_MS, Promise.all([player.answered(), ...said]));
      await Promise.all(Array.from(machines.values(), (machine) => machine.close()));
    },
  };
}

async function connectAll(parts: SimulationRunParts): Promise<Map<MachineKey, PublishingMachine>> {
  const { config, plant, url, signal, onTrouble } = parts;
  const payloadVersion = versionOf(config);
  const { protocol, username, password, ca, cert, key } = await consumerOptions(url, config);
  const common = { url, protocol: protocol ?? 5, username, password, signal, onTrouble: once(onTrouble) };
  const pems = { ca, cert, key } as Pick<MachineClientOptions, "ca" | "cert" | "key">; // read from files, so buffers
  const numbering = payloadVersion === 1 ? undefined : { boot: newBoot(Date.now(), randomBytes) };
  const connected = plant.machines.map(async ({ address, key: machineKey }) => {
    const machine = await PublishingMachine.connect(
      address,
      (clientId, will) => connectMachine({ ...common, ...pems, clientId, will }),
      willOf(payloadVersion),
      numbering,
    );
    return [machineKey, machine] as const;
  });
  const results = await Promise.allSettled(connected);
  const failure = results.find((result) => result.status === "rejected");
  const machines = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failure === undefined) return new Map(machines);
  await Promise.all(machines.map(([, machine]) => machine.close()));
  throw failure.reason;
}

/** The schema of the configuration allows these two; its type only says that it is a number. */
function versionOf({ simulation }: Config): PayloadVersion {
  return simulation.payloadVersion === 1 ? 1 : 2;
}

/** All machines lose the same broker in the same moment: one line about it is enough. */
function once(onTrouble: (error: ConcheError) => void): (error: ConcheError) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - last > 5_000) onTrouble(error);
    last = now;
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
