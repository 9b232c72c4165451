import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/config-schema.ts";
import type { MachineKey } from "../../contract/topic.ts";
import { newBoot } from "../../edge/boot.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { PublishingMachine } from "../../simulator/publishing/publishing-machine.ts";
import { offlineState, willOf } from "../../simulator/report/payloads.ts";
import type { PayloadVersion } from "../../simulator/simulated-message.ts";
import { consumerOptions } from "../broker/consumer-options.ts";
import { type ConnectMachinesOptions, connectMachines, sparingly, within } from "./connect-machines.ts";
import { machineCertificates } from "./machine-certificates.ts";
import {
  type Behind,
  type DueMessage,
  type MessageSource,
  type PlayedMachine,
  Player,
  type PlayerCounts,
} from "./player.ts";
import { type OutboxReport, SimulatedEdge } from "./simulated-edge.ts";

/** What a simulated plant says, and when. */
export interface SimulatedSource extends MessageSource {
  /** From here on it is asked, ms since 1970. */
  readonly startMs: number;
  /** Real time that has passed already since then, ms: it is made up for at once. */
  readonly lateMs: number;
  /** The simulated time that can't be passed now, ms since 1970; none where its time is its own. */
  readonly ceilingMs?: () => number;
  /** What its machines say when they disconnect in order. */
  farewell(reachedMs: number): Promise<readonly DueMessage[]>;
}

/** What a simulation is run with. */
export interface SimulationRunOptions extends ConnectMachinesOptions {
  readonly source: SimulatedSource;
  /** The folder of the outbox; without one, the outbox is in a temporary folder and ends with the run. */
  readonly outbox: string | undefined;
  /** Hears, now and then, that simulated time falls behind. */
  readonly onBehind: (behind: Behind) => void;
}

/** Messages published and refused since the start, and the outbox's books where there is one. */
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
export async function runSimulation(options: SimulationRunOptions): Promise<SimulationRun> {
  const { config, source, onTrouble, onBehind } = options;
  const payloadVersion = payloadVersionOf(config);
  const voices = await connectVoices(options, payloadVersion);
  const startedAt = performance.now() - source.lateMs;
  const player = new Player({
    source,
    machines: voices.machines,
    startMs: source.startMs,
    speed: config.simulation.speed,
    ceilingMs: source.ceilingMs,
    elapsedMs: () => performance.now() - startedAt,
    onRefused: onTrouble,
    onBehind,
  });
  const end = new AbortController();
  const played = player.play(end.signal).catch((error: unknown) => onTrouble(toldOf(error)));
  // A line that is held back by a full outbox would wait for room before it saw the end.
  const answered = async () => {
    await played;
    player.say(await source.farewell(Math.round(player.reachedMs)));
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
      await within(
        LAST_ANSWERS_MS,
        answered().catch((error: unknown) => onTrouble(toldOf(error))),
      );
      await voices.close();
    },
  };
}

/** The payload version that a configuration asks for. */
export function payloadVersionOf({ simulation }: Config): PayloadVersion {
  return simulation.payloadVersion === 1 ? 1 : 2;
}

/** A plant that is simulated in this thread and begins anew at each start. */
export function simulatedAnew(
  plant: Plant,
  scenario: ScenarioDocument | undefined,
  config: Config,
): SimulatedSource {
  const { seed, startMs: given } = config.simulation;
  const startMs = given ?? Date.now();
  const payloadVersion = payloadVersionOf(config);
  const simulation = simulatePlant(plant, { seed, startMs, payloadVersion, scenario });
  return {
    startMs,
    lateMs: 0,
    advance: (untilMs) => simulation.advance(untilMs),
    farewell: async (atMs) => {
      const payload = offlineState(payloadVersion, atMs);
      return plant.machines.map(({ address: machine }) => ({ machine, type: "state" as const, payload }));
    },
  };
}

function toldOf(error: unknown): ConcheError {
  if (error instanceof ConcheError) return error;
  return new ConcheError("CONCHE_INTERNAL", {
    message: `the simulation failed: ${messageOf(error)}`,
    cause: error,
  });
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
async function connectVoices(parts: SimulationRunOptions, payloadVersion: PayloadVersion): Promise<Voices> {
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
  const { username, password, tls, keepaliveS } = await consumerOptions(url, config);
  const edge = await SimulatedEdge.open({
    options: {
      url,
      ...{ username, password, tls },
      keepaliveS,
      outbox: outbox ?? (await mkdtemp(join(tmpdir(), "conche-simulate-"))),
      outboxBytes: OUTBOX_BYTES,
      telemetryBytes: OUTBOX_BYTES,
      trustedKeys: config.signing.trusted ?? undefined,
      longestReceiptTimeoutMs: LONGEST_RECEIPT_TIMEOUT_MS,
    },
    plant,
    temporary: outbox === undefined,
    will,
    tlsOf: machineCertificates(config),
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
