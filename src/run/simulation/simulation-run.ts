import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MachineKey } from "../../contract/topic.ts";
import { newBoot } from "../../edge/boot.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { PublishingMachine } from "../../simulator/publishing/publishing-machine.ts";
import { offlineState, willOf } from "../../simulator/report/birth-and-will.ts";
import type { PayloadVersion } from "../../simulator/simulated-message.ts";
import { consumerOptions } from "../broker/consumer-options.ts";
import { type ConnectMachinesParts, connectMachines, sparingly, within } from "./connect-machines.ts";
import { type Behind, type PlayedMachine, Player, type PlayerCounts } from "./player.ts";
import { type OutboxReport, SimulatedEdge } from "./simulated-edge.ts";

/** What a simulation is run with. */
export interface SimulationRunParts extends ConnectMachinesParts {
  /** What goes wrong in the plant. */
  readonly scenario: ScenarioDocument | undefined;
  /** The folder of the outbox; without one, the outbox is in a temporary folder and ends with the run. */
  readonly outbox: string | undefined;
  /** Hears, now and then, that simulated time falls behind. */
  readonly onBehind: (behind: Behind) => void;
}

/** What a simulation has done. */
export interface SimulationCounts extends PlayerCounts {
  /** What became of it, where it went through an outbox. */
  readonly outbox?: OutboxReport;
}

/** A simulated plant on the wire. */
export interface SimulationRun {
  readonly machines: number;
  readonly counts: () => SimulationCounts;
  /** Lets every machine say OFFLINE, waits for the last receipts or answers, disconnects. */
  stop(): Promise<void>;
}

/** The machines of a plant, connected. */
interface Voices {
  readonly machines: ReadonlyMap<MachineKey, PlayedMachine>;
  readonly report: () => OutboxReport | undefined;
  /** Resolves when all that was said is where it belongs, as far as anybody tells. */
  settled(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Longest that a stop waits for the last receipts or answers, milliseconds. */
const LAST_ANSWERS_MS = 3_000;
/** A simulated line needs no more: some hours of outage, a quarter of an hour at sixty times the speed. */
const OUTBOX_BYTES = 64 * 1024 * 1024;
/**
 * Behind a broker without a data center no receipt ever comes, and others who listen there would see everything
 * again and again; a data center that comes back asks for what it misses itself.
 */
const LONGEST_RECEIPT_TIMEOUT_MS = 600_000;

/**
 * Connects a client per machine and lets the simulated lines speak.
 * @throws ConcheError CONCHE_BROKER_REFUSED, CONCHE_SHUTTING_DOWN, CONCHE_OUTBOX_IN_USE, CONCHE_OUTBOX_CORRUPT,
 *   CONCHE_OUTBOX_FOLDER
 */
export async function runSimulation(parts: SimulationRunParts): Promise<SimulationRun> {
  const { config, plant, scenario, onTrouble, onBehind } = parts;
  const { seed, speed } = config.simulation;
  const payloadVersion: PayloadVersion = config.simulation.payloadVersion === 1 ? 1 : 2;
  const startMs = config.simulation.startMs ?? Date.now();
  const voices = await connectVoices(parts, payloadVersion);
  const startedAt = performance.now();
  const player = new Player({
    source: simulatePlant(plant, { seed, startMs, payloadVersion, scenario }),
    machines: voices.machines,
    startMs,
    speed,
    elapsedMs: () => performance.now() - startedAt,
    onRefused: onTrouble,
    onBehind,
  });
  const end = new AbortController();
  const played = player.play(end.signal);
  // A line that is held back by a full outbox would wait for room before it saw the end.
  const answered = async () => {
    await played;
    player.everybodySays("state", offlineState(payloadVersion, Math.round(player.reachedMs)));
    await player.answered();
    await voices.settled();
  };
  return {
    machines: voices.machines.size,
    counts: () => {
      const outbox = voices.report();
      return { ...player.counts, ...(outbox === undefined ? {} : { outbox }) };
    },
    stop: async () => {
      end.abort();
      await within(LAST_ANSWERS_MS, answered());
      await voices.close();
    },
  };
}

/** That simulated time falls behind, in a line. */
export function behindInALine({ speed, lostMs }: Behind, wanted: number): string {
  const shown = speed >= 10 ? speed.toFixed(0) : speed.toFixed(1);
  return `the simulation can't keep up: ${shown} simulated seconds per second lately instead of ${wanted}; ${(lostMs / 1_000).toFixed(0)} s behind in all, nothing is left out`;
}

/**
 * Version 2 speaks through the publisher library. Version 1 is the first generation of machines, which has no
 * numbers and so no receipts; and where only MQTT 3.1.1 is spoken, brokers don't say what they refuse, which the
 * library needs: both have plain clients, and what a broker loses of theirs is lost.
 */
async function connectVoices(parts: SimulationRunParts, payloadVersion: PayloadVersion): Promise<Voices> {
  const { config, plant, url, outbox, signal } = parts;
  const will = willOf(payloadVersion);
  if (payloadVersion === 1 || config.broker.protocol !== "5") {
    const numbering = payloadVersion === 1 ? undefined : { boot: newBoot(Date.now(), randomBytes) };
    const machines = await connectMachines(parts, ({ address }, connect) =>
      PublishingMachine.connect(address, connect, will, numbering),
    );
    return {
      machines,
      report: () => undefined,
      settled: async () => {},
      close: () => Promise.all(Array.from(machines.values(), (machine) => machine.close())),
    };
  }
  const { username, password, ca, cert, key, keepaliveS } = await consumerOptions(url, config);
  const access = { username, password, ca, cert, key } as Pick<
    Parameters<typeof SimulatedEdge.open>[0]["options"],
    "username" | "password" | "ca" | "cert" | "key"
  >; // read from files, so buffers
  const edge = await SimulatedEdge.open({
    options: {
      url,
      ...access,
      keepaliveS,
      outbox: outbox ?? (await mkdtemp(join(tmpdir(), "conche-simulate-"))),
      outboxBytes: OUTBOX_BYTES,
      telemetryBytes: OUTBOX_BYTES,
      longestReceiptTimeoutMs: LONGEST_RECEIPT_TIMEOUT_MS,
    },
    plant,
    temporary: outbox === undefined,
    will,
    signal,
    onTrouble: sparingly(parts.onTrouble),
  });
  return {
    machines: edge.machines,
    report: () => edge.report(),
    settled: () => edge.drained(),
    close: () => edge.close(),
  };
}
