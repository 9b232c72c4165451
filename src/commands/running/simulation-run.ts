import { randomBytes } from "node:crypto";
import { newBoot } from "../../edge/boot.ts";
import { type Behind, Player, type PlayerCounts } from "../../edge/player.ts";
import { PublishingMachine } from "../../edge/publishing-machine.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { offlineState, willOf } from "../../simulator/report/birth-and-will.ts";
import type { PayloadVersion } from "../../simulator/simulated-message.ts";
import { type ConnectMachinesParts, connectMachines, disconnectMachines } from "./connect-machines.ts";

/** What a simulation is run with. */
export interface SimulationRunParts extends ConnectMachinesParts {
  /** Hears, now and then, that simulated time falls behind. */
  readonly onBehind: (behind: Behind) => void;
}

/** A simulated plant on the wire. */
export interface SimulationRun {
  readonly machines: number;
  readonly counts: () => PlayerCounts;
  /** Lets every machine say OFFLINE, waits for the broker's answers, disconnects. */
  stop(): Promise<void>;
}

/**
 * Connects a client per machine and lets the simulated lines speak.
 * @throws ConcheError CONCHE_BROKER_REFUSED, CONCHE_SHUTTING_DOWN
 */
export async function runSimulation(parts: SimulationRunParts): Promise<SimulationRun> {
  const { config, plant, onTrouble, onBehind } = parts;
  const { seed, speed } = config.simulation;
  const payloadVersion: PayloadVersion = config.simulation.payloadVersion === 1 ? 1 : 2;
  const startMs = config.simulation.startMs ?? Date.now();
  const numbering = payloadVersion === 1 ? undefined : { boot: newBoot(Date.now(), randomBytes) };
  const machines = await connectMachines(parts, ({ address }, connect) =>
    PublishingMachine.connect(address, connect, willOf(payloadVersion), numbering),
  );
  const startedAt = performance.now();
  const player = new Player({
    source: simulatePlant(plant, { seed, startMs, payloadVersion }),
    machines,
    startMs,
    speed,
    elapsedMs: () => performance.now() - startedAt,
    onRefused: onTrouble,
    onBehind,
  });
  const end = new AbortController();
  const played = player.play(end.signal);
  return {
    machines: machines.size,
    counts: () => player.counts,
    stop: async () => {
      end.abort();
      await played;
      const offline = offlineState(payloadVersion, Math.round(player.reachedMs));
      const said = Array.from(machines.values(), (machine) => machine.publish("state", offline));
      await disconnectMachines(machines, Promise.all([player.answered(), ...said]));
    },
  };
}

/** That simulated time falls behind, in a line. */
export function behindInALine({ speed, lostMs }: Behind, wanted: number): string {
  const shown = speed >= 10 ? speed.toFixed(0) : speed.toFixed(1);
  return `the simulation can't keep up: ${shown} simulated seconds per second lately instead of ${wanted}; ${(lostMs / 1_000).toFixed(0)} s behind in all, nothing is left out`;
}
