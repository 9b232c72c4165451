import { writeFileSync } from "node:fs";
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
import type { ScenarioDocument } from "../../../src/plant/scenario/scenario-document.ts";
import { allViews } from "../../../src/run/views/all-views.ts";
import { rebuildViews } from "../../../src/run/views/rebuild-run.ts";

const ROOT = join(import.meta.dirname, "../../..");
const HOUR_MS = 3_600_000;
const SEED = 3;
/** Telemetry is nearly all that a line says, and what most scenarios are seen by is in other messages, s. */
const EVERY_S = 30;
const CACHE_BYTES = 64 * 1024 * 1024;

/** When every scenario begins, ms since 1970: a Tuesday, at nine in the plant. */
export const SCENARIO_MS = Date.parse("2026-01-13T08:00:00Z");

/** A line as it always is, then a scenario up to a moment of it. */
export interface ToldScenario {
  readonly name: string;
  /** Hours of the line before anything goes wrong. */
  readonly historyH: number;
  /** The moment at which somebody looks, hours after the scenario began. */
  readonly atH: number;
  /** The laboratory's result comes so many hours after the delivery, and not days: what is shown then is the same. */
  readonly discoveredAfterH?: number;
  /** How often machines send telemetry, s: noise is judged by minutes with six values or more. */
  readonly everyS?: number;
}

/** The plant file of a scenario's folder: the plant with telemetry as seldom as it was told. */
export function plantFileOf(folder: string): string {
  return `${folder}-plant.yaml`;
}

/** The moment of a scenario, ms since 1970. */
export function momentOf({ atH }: ToldScenario): number {
  return SCENARIO_MS + Math.round(atH * HOUR_MS);
}

/**
 * Writes the scenario's log into a new folder, up to its moment, and the views of it.
 * @param beside scenarios that go wrong in the same log, of the same history and moment
 */
export async function tellScenario(
  told: ToldScenario,
  folder: string,
  beside: readonly string[] = [],
): Promise<void> {
  const plant = withTelemetryInterval(
    await loadPlant(join(ROOT, "plants/chocolate.yaml")),
    told.everyS ?? EVERY_S,
  );
  // JSON is YAML: whoever serves the log has to know how often to expect a word.
  writeFileSync(plantFileOf(folder), JSON.stringify(plant.document));
  const load = (name: string) => loadScenario(name, join(ROOT, "scenarios"), plant);
  const others = await Promise.all(beside.map(load));
  const alone = sooner(await load(told.name), told);
  const scenario = {
    ...alone,
    disturbances: [alone, ...others].flatMap(({ disturbances }) => disturbances),
  };
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
  // Here, not by a process of its own: code that is warm folds several times as fast.
  const views = allViews();
  await rebuildViews({
    ...{ folder, views, wanted: views.map(({ name }) => name), cacheBytes: CACHE_BYTES },
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

function sooner(scenario: ScenarioDocument, { discoveredAfterH }: ToldScenario): ScenarioDocument {
  if (discoveredAfterH === undefined) return scenario;
  const disturbances = scenario.disturbances.map((each) =>
    each.action === "lot_contaminated" ? { ...each, discovered_after_h: discoveredAfterH } : each,
  );
  return { ...scenario, disturbances };
}
