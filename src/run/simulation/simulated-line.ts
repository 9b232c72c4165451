import { availableParallelism } from "node:os";
import { join } from "node:path";
import { StoryConsole } from "../../adapters/terminal/story-console.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import type { Config } from "../../config/config-schema.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import { shownAddress } from "../../mqtt/broker-address.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import { BrokerSearch } from "../broker/broker-search.ts";
import type { DataCenterRun } from "../data-center/data-center-run.ts";
import { behindInALine, runSimulation } from "./simulation-run.ts";
import { StoryRun } from "./story-run.ts";
import { storyInALine } from "./story-words.ts";

/** What a line is simulated with. */
export interface SimulatedLineOptions {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly plant: Plant;
  readonly scenario: ScenarioDocument | undefined;
  /** The data center that records it. */
  readonly center: DataCenterRun;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/** One simulates it, one commits it. A third, the views, would only slow both down where there are no more processors. */
const THREADS_OF_A_PAST = 2;

/** Whether a line found its broker. */
export interface LineConnected {
  readonly found: boolean;
  /** What kept it from that; undefined where that was nothing but the end of the run, right after its past was told. */
  failure(): ConcheError | undefined;
}

/**
 * Lets a line's story be recorded by a running data center: its past straight into the log, its present over the
 * broker. What has to be ended later is put on the stack.
 * @throws ConcheError as opening a story, telling a past and running a simulation
 */
export async function simulateInto(
  running: AsyncDisposableStack,
  options: SimulatedLineOptions,
): Promise<LineConnected | undefined> {
  const { config, plant, scenario, center, signal } = options;
  const story = await StoryRun.open({ config, plant, scenario, log: center.log });
  running.defer(() => story.close());
  if (!(await tellPast(story, options))) return undefined;
  const url = config.broker.url ?? center.mqttUrl ?? "";
  const search = new BrokerSearch({
    address: shownAddress(url),
    forSeconds: config.forSeconds,
    onTrouble: ({ code, message }) =>
      center.console.notice({ level: "warning", code, text: `simulation: ${code}: ${message}` }),
  });
  const connecting = runSimulation({
    config,
    plant,
    source: story,
    url,
    outbox: config.outbox ?? join(config.data, "outbox"),
    signal,
    onTrouble: search.troubled,
    onBehind: (behind) =>
      center.console.notice({
        level: "warning",
        code: "simulation-behind",
        text: behindInALine(behind, config.simulation.speed),
      }),
  });
  const simulation = await search.found(connecting);
  if (simulation !== undefined) {
    running.defer(async () => {
      await simulation.stop();
      center.console.simulated(simulation.counts());
    });
  }
  // The broker of this very process answers: where nothing went wrong, there was no time left to connect.
  const isOwn = config.broker.url === null;
  const failure = () => (isOwn && !search.hadTrouble ? undefined : search.failure());
  return { found: simulation !== undefined, failure };
}

async function tellPast(
  story: StoryRun,
  { config, terminal, center, signal }: SimulatedLineOptions,
): Promise<boolean> {
  const { facts, liveFromMs } = story.plan;
  const view = new StoryConsole({
    terminal,
    mode: config.json ? "json" : "lines",
    quiet: config.quiet,
    fromMs: facts.chapter.startMs,
    untilMs: liveFromMs,
    now: () => performance.now(),
  });
  const words = storyInALine(story.plan);
  if (words === undefined) return true;
  view.started(words);
  let told = { messages: 0, reachedMs: facts.chapter.startMs };
  center.console.tellingPast(true);
  if (availableParallelism() <= THREADS_OF_A_PAST) center.holdViews(true);
  try {
    const complete = await story.tellPast(
      center.ingester,
      (progress) => {
        told = progress;
        view.progress(progress.messages, progress.reachedMs);
      },
      signal,
    );
    view.ended(told.messages, complete ? liveFromMs : told.reachedMs, complete);
    return complete;
  } finally {
    center.console.tellingPast(false);
    center.holdViews(false);
  }
}
