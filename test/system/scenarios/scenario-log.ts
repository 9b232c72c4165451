import { join } from "node:path";
import { openMessageLog } from "../../../src/adapters/sqlite/log/open-message-log.ts";
import { ThreadedStory } from "../../../src/adapters/worker-threads/threaded-story.ts";
import { loadPlant } from "../../../src/adapters/yaml/load-plant.ts";
import { loadScenario } from "../../../src/adapters/yaml/load-scenario.ts";
import { bootOf } from "../../../src/edge/boot.ts";
import { backfill } from "../../../src/ingest/backfill.ts";
import { DEFAULT_LIMITS, Ingester } from "../../../src/ingest/ingester.ts";
import { withTelemetryInterval } from "../../../src/plant/expand-plant.ts";
import { plausibilityOf } from "../../../src/plant/plausibility.ts";
import { runConche } from "../../commands/run-conche.ts";

const ROOT = join(import.meta.dirname, "../../..");
const HOUR_MS = 3_600_000;
const SEED = 3;
/** How often machines send telemetry, where it doesn't matter, s. */
const EVERY_S = 8;

/** When every scenario begins, ms since 1970: a Tuesday, at nine in the plant. */
export const SCENARIO_MS = Date.parse("2026-01-13T08:00:00Z");

/** A line as it always is, then a scenario up to a moment of it. */
export interface ToldScenario {
  readonly name: string;
  /** Hours of the line before anything goes wrong. */
  readonly historyH: number;
  /** The moment at which somebody looks, hours after the scenario began. */
  readonly atH: number;
  /** How often machines send telemetry, s: noise is judged by minutes with ten values or more. */
  readonly everyS?: number;
}

/** The moment of a scenario, ms since 1970. */
export function momentOf({ atH }: ToldScenario): number {
  return SCENARIO_MS + Math.round(atH * HOUR_MS);
}

/** Writes the scenario's log into a new folder, up to its moment, and the views of it. */
export async function tellScenario(told: ToldScenario, folder: string): Promise<void> {
  const plant = withTelemetryInterval(
    await loadPlant(join(ROOT, "plants/chocolate.yaml")),
    told.everyS ?? EVERY_S,
  );
  const scenario = await loadScenario(told.name, join(ROOT, "scenarios"), plant);
  const startMs = SCENARIO_MS - told.historyH * HOUR_MS;
  const untilMs = momentOf(told);
  const spans = [{ kind: "live", fromMs: startMs, untilMs, farewell: false }] as const;
  let clockMs = startMs;
  const log = await openMessageLog(folder, { onlyNew: true, now: () => clockMs });
  const source = new ThreadedStory({
    plant: plant.document,
    scenario,
    chapter: {
      ...{ seed: SEED, startMs, payloadVersion: 2, boot: bootOf(startMs, told.name) },
      ...{ scenarioMs: SCENARIO_MS, spans, leftOpen: [] },
    },
    known: [],
    unnumberedFromMs: startMs,
    pastUntilMs: untilMs,
    // It would go on: nobody says that it is offline.
    goesOn: true,
    batchSize: DEFAULT_LIMITS.groupSize,
  });
  try {
    const ingester = await Ingester.open({
      log,
      knowsMachine: plant.hasMachine,
      plausibility: plausibilityOf(plant),
      now: () => clockMs,
      onFatal: (error) => {
        throw error;
      },
      observer: {
        committed: () => {},
        commitFailed: (error) => {
          throw error;
        },
      },
    });
    const onTime = (ms: number) => {
      clockMs = ms;
    };
    await backfill({ ingester, source, onTime, onProgress: () => {} });
  } finally {
    await source.close();
    await log.close();
  }
  const { code, err } = await runConche(["rebuild", "--data", folder]);
  if (code !== 0) throw new Error(err);
}
