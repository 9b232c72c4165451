import { connectMachine } from "../../adapters/mqtt/machine-client.ts";
import type { Config } from "../../config/config-schema.ts";
import type { MachineKey } from "../../contract/topic.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { MachineConnection, PublishedMessage } from "../../mqtt/machine-connection.ts";
import type { Plant, PlantMachine } from "../../plant/plant.ts";
import type { PublishingMachine } from "../../simulator/publishing/publishing-machine.ts";
import { consumerOptions } from "../broker/consumer-options.ts";
import { machineCertificates } from "./machine-certificates.ts";

/** What the machines of a plant are connected with. */
export interface ConnectMachinesOptions {
  readonly config: Config;
  readonly plant: Plant;
  /** The broker the machines connect to. */
  readonly url: string;
  /** Gives up connecting when aborted. */
  readonly signal: AbortSignal;
  /** Hears of lost connections, once for all machines that lose the same broker. */
  readonly onTrouble: (error: ConcheError) => void;
  /** Messages of one machine that may wait for their turn. */
  readonly maxQueued?: number;
}

/** Opens a machine's connection. */
type Connect = (clientId: string, will?: PublishedMessage) => Promise<MachineConnection>;

/**
 * Connects a client per machine; all of them, or none.
 * @param speak what makes a publishing machine of a machine and its connection
 * @throws ConcheError CONCHE_BROKER_REFUSED, CONCHE_SHUTTING_DOWN …
 */
export async function connectMachines(
  options: ConnectMachinesOptions,
  speak: (machine: PlantMachine, connect: Connect) => Promise<PublishingMachine>,
): Promise<Map<MachineKey, PublishingMachine>> {
  const { config, plant, url, signal, onTrouble, maxQueued } = options;
  const { protocol, username, password, tls } = await consumerOptions(url, config);
  const common = {
    url,
    protocol: protocol ?? 5,
    username,
    password,
    signal,
    maxQueued,
    onTrouble: sparingly(onTrouble),
  };
  const tlsOf = machineCertificates(config);
  const connected = plant.machines.map(async (machine) => {
    const own = { ...common, tls: tlsOf(machine.key) ?? tls };
    const connect: Connect = (clientId, will) => connectMachine({ ...own, clientId, will });
    return [machine.key, await speak(machine, connect)] as const;
  });
  const results = await Promise.allSettled(connected);
  const failure = results.find((result) => result.status === "rejected");
  const machines = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failure === undefined) return new Map(machines);
  await Promise.all(machines.map(([, machine]) => machine.close()));
  throw failure.reason;
}

/** Longest that a stop waits for the broker's last answers, milliseconds. */
const LAST_ANSWERS_MS = 3_000;

/** Waits for the last answers, but not for ever, and disconnects. */
export async function disconnectMachines(
  machines: ReadonlyMap<MachineKey, PublishingMachine>,
  answers: Promise<unknown>,
): Promise<void> {
  await within(LAST_ANSWERS_MS, answers);
  await Promise.all(Array.from(machines.values(), (machine) => machine.close()));
}

/** All machines lose the same broker in the same moment: one line every few seconds is enough. */
export function sparingly(onTrouble: (error: ConcheError) => void): (error: ConcheError) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - last < 5_000) return;
    last = now;
    onTrouble(error);
  };
}

/** Waits for the work, but not for ever. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
