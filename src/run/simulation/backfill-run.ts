import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import type { BackfillConsole } from "../../adapters/terminal/backfill-console.ts";
import { ThreadedStory } from "../../adapters/worker-threads/threaded-story.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { backfill } from "../../ingest/backfill.ts";
import { DEFAULT_LIMITS, Ingester } from "../../ingest/ingester.ts";
import { plausibilityOf } from "../../plant/plausibility.ts";
import type { SimulatedHistory } from "./simulated-history.ts";

/** What a history is written into a folder with. */
export interface BackfillRunOptions {
  readonly history: SimulatedHistory;
  /** The data folder; it must have no log yet. */
  readonly folder: string;
  readonly view: BackfillConsole;
  /** Ends it early, with what has come so far. */
  readonly stop: AbortSignal;
}

/**
 * Writes a simulated history into a new log, through the ingest that a data center has. False when it was stopped.
 * @throws ConcheError CONCHE_LOG_EXISTS, and as opening and writing a log
 */
export async function runBackfill({ history, folder, view, stop }: BackfillRunOptions): Promise<boolean> {
  const { plant, scenario, seed, startMs, endMs, payloadVersion, boot, logId } = history;
  let clockMs = startMs;
  let reached = { messages: 0, reachedMs: startMs };
  const open = new AsyncDisposableStack();
  try {
    const log = await openMessageLog(folder, { logId, onlyNew: true, now: () => clockMs });
    open.defer(() => log.close());
    const ingester = await Ingester.open({
      log,
      knowsMachine: plant.hasMachine,
      plausibility: plausibilityOf(plant),
      now: () => clockMs,
      onFatal: () => {}, // every message that waits is settled with the same error
      observer: {
        committed: () => {},
        commitFailed: ({ code, message, hint }) => view.notice({ level: "error", code, text: message, hint }),
      },
    });
    const span = { kind: "live", fromMs: startMs, untilMs: endMs, farewell: false } as const;
    const scenarioMs = startMs;
    const source = new ThreadedStory({
      plant: plant.document,
      scenario,
      chapter: { seed, startMs, payloadVersion, boot, scenarioMs, spans: [span], leftOpen: [] },
      known: [],
      unnumberedFromMs: startMs,
      pastUntilMs: endMs,
      goesOn: false,
      batchSize: DEFAULT_LIMITS.groupSize,
    });
    open.defer(() => source.close());
    let failing: ConcheError | undefined;
    const end = () => {
      source.end();
      // A commit that keeps failing would be tried for ever.
      failing = ingester.failing;
      if (failing !== undefined) ingester.close();
    };
    stop.addEventListener("abort", end, { once: true });
    open.defer(() => stop.removeEventListener("abort", end));
    if (stop.aborted) end();
    try {
      await backfill({
        ingester,
        source,
        onTime: (ms) => {
          clockMs = ms;
        },
        onProgress: (progress) => {
          reached = progress;
          view.progress(progress.messages, progress.reachedMs);
        },
      });
    } catch (error) {
      throw error instanceof ConcheError && error.code === "CONCHE_SHUTTING_DOWN"
        ? (failing ?? error)
        : error;
    }
    const complete = reached.reachedMs >= endMs;
    const logBytes = log.sizeBytes();
    await open.disposeAsync();
    view.ended({ ...reached, complete, logBytes });
    return complete;
  } catch (error) {
    view.abandoned();
    await open.disposeAsync();
    throw error;
  }
}
