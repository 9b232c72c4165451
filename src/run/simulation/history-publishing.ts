import type { BackfillConsole } from "../../adapters/terminal/backfill-console.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { PublishingMachine } from "../../simulator/publishing/publishing-machine.ts";
import { offlineState } from "../../simulator/report/payloads.ts";
import { type ConnectMachinesOptions, connectMachines, disconnectMachines } from "./connect-machines.ts";
import { Player } from "./player.ts";
import type { SimulatedHistory } from "./simulated-history.ts";

/** What a history is published with. */
export interface HistoryPublishingOptions extends ConnectMachinesOptions {
  readonly history: SimulatedHistory;
  readonly view: BackfillConsole;
}

/** How often the view is told how far it is, milliseconds. */
const TELL_MS = 200;
/** A machine may have all of a portion of the history waiting: the player waits for answers, not the queue. */
const MAX_QUEUED = 100_000;

/**
 * Publishes a simulated history as fast as the broker acknowledges it, at QoS 1, a client per machine. Gives whether
 * all of it was acknowledged.
 * @throws ConcheError CONCHE_BROKER_REFUSED, CONCHE_SHUTTING_DOWN
 */
export async function publishHistory(options: HistoryPublishingOptions): Promise<boolean> {
  const { history, view, signal, onTrouble } = options;
  const { plant, scenario, seed, startMs, endMs, payloadVersion, boot } = history;
  const numbering = boot === undefined ? undefined : { boot };
  const machines = await connectMachines({ ...options, maxQueued: MAX_QUEUED }, ({ address }, connect) =>
    PublishingMachine.connectLate(address, connect, numbering),
  );
  const player = new Player({
    source: simulatePlant(plant, { seed, startMs, payloadVersion, scenario }),
    machines,
    startMs,
    endMs,
    speed: "max",
    elapsedMs: () => performance.now(),
    onRefused: onTrouble,
  });
  const telling = setInterval(() => view.progress(player.counts.published, player.reachedMs), TELL_MS);
  await player.play(signal);
  clearInterval(telling);
  const { reachedMs } = player;
  const offline = offlineState(payloadVersion, reachedMs);
  const said = await Promise.all(
    Array.from(machines.values(), (machine) => machine.publish("state", offline)),
  );
  const answers = player.answered();
  if (!signal.aborted) await answers;
  await disconnectMachines(machines, answers);
  const { published, refused, unheard } = player.counts;
  const complete = reachedMs >= endMs && refused === 0 && said.every(({ kind }) => kind !== "refused");
  view.ended({ messages: published + said.length, reachedMs, complete, refused, unheard });
  return complete;
}
