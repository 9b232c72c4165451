import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { loadScenario } from "../../src/adapters/yaml/load-scenario.ts";
import { LOG_START } from "../../src/log/log-position.ts";
import { withTelemetryInterval } from "../../src/plant/expand-plant.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";
import type { GroundTruth } from "../../src/simulator/scenario/ground-truth.ts";
import { genealogyView } from "../../src/trace/genealogy/genealogy-view.ts";
import type { ViewMessage } from "../../src/views/view.ts";
import { fromSimulation } from "../monitor/told.ts";
import { changedPlant, HOUR_MS, START_MS } from "../simulator/simulated-line.ts";

const SCENARIOS = join(import.meta.dirname, "../../scenarios");
/** Telemetry is nearly all of what a line says, and nothing of it is about lots. */
const TELEMETRY_S = 3_600;
const HOURS = 56;

/** What a simulated line said of its material, and the truth about it. */
export interface ToldScenario {
  readonly messages: readonly ViewMessage[];
  readonly truth: GroundTruth;
}

/**
 * The batch events of the contaminated milk lot, in two days instead of four and a half: it comes in after two hours,
 * pallets leave on the day after they were packed, and the laboratory speaks at the end.
 */
export async function toldMilkLot(): Promise<ToldScenario> {
  const plant = withTelemetryInterval(
    changedPlant(({ sites }) => {
      for (const { simulation } of sites.flatMap(({ lines }) => lines).flatMap(({ machines }) => machines))
        if (simulation?.model === "line_controller" && simulation.dispatch !== undefined)
          simulation.dispatch.release_after_h = 2;
    }),
    TELEMETRY_S,
  );
  const asWritten = await loadScenario("milk-lot-contaminated", SCENARIOS, plant);
  const scenario = {
    ...asWritten,
    hours: HOURS,
    disturbances: asWritten.disturbances.map((each) =>
      each.action === "lot_contaminated" ? { ...each, at_h: 2, discovered_after_h: HOURS - 3 } : each,
    ),
  };
  const line = simulatePlant(plant, { seed: 3, startMs: START_MS, payloadVersion: 2, scenario });
  const said = line.advance(START_MS + scenario.hours * HOUR_MS).filter(({ type }) => type === "batch");
  const truth = line.truth();
  if (truth === undefined) throw new TypeError("the scenario has no truth");
  return { messages: fromSimulation(said), truth };
}

/** A data folder whose genealogy view has folded messages. Whoever asks for it removes it. */
export async function folderWith(messages: readonly ViewMessage[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-trace-"));
  const views = await OpenViews.open(folder, { cacheBytes: 16_000_000 });
  const { edition } = views.store.create(genealogyView, "answering");
  const store = views.store.open(edition, genealogyView);
  for (const message of messages) genealogyView.fold(message, store);
  const position = { ...LOG_START, logId: "a-log", id: messages.length };
  views.store.commit([{ edition, position, newestReceivedMs: messages.at(-1)?.receivedAtMs ?? 0 }]);
  views.close();
  return folder;
}
