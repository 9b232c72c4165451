import { join } from "node:path";
import { loadScenario } from "../../../src/adapters/yaml/load-scenario.ts";
import { type MachineKey, machineKeyOf } from "../../../src/contract/topic.ts";
import { COMPARE_MS, machineCondition } from "../../../src/monitor/condition/machine-condition.ts";
import { runningTime } from "../../../src/monitor/condition/running-time.ts";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { silenceOf } from "../../../src/monitor/machine-state/silence.ts";
import { tagsViewKeeping } from "../../../src/monitor/tags/tags-view.ts";
import type { Plant } from "../../../src/plant/plant.ts";
import type { ScenarioDocument } from "../../../src/plant/scenario/scenario-document.ts";
import { limitsFor } from "../../../src/plant/schema/tag.ts";
import { tagWords } from "../../../src/plant/tag-words.ts";
import { simulatePlant } from "../../../src/simulator/plant-simulation.ts";
import type { SimulatedMessage } from "../../../src/simulator/simulated-message.ts";
import { HOUR_MS, START_MS } from "../../simulator/simulated-line.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf } from "../memory-reading.ts";
import { viewMessage } from "../view-messages.ts";

const FOLDER = join(import.meta.dirname, "../../../scenarios");

export async function scenario(name: string, plant: Plant): Promise<ScenarioDocument> {
  return await loadScenario(name, FOLDER, plant);
}

/** What a plant says: `before` hours of a line as it always is, then a scenario, which begins at START_MS. */
export function saidBy(plant: Plant, seed: number, before: number, then?: ScenarioDocument, hours?: number) {
  const options = { seed, payloadVersion: 2 as const };
  const usual = simulatePlant(plant, { ...options, startMs: START_MS - before * HOUR_MS });
  const line = simulatePlant(plant, {
    ...options,
    startMs: START_MS,
    ...(then === undefined ? {} : { scenario: then }),
  });
  return [
    ...(before > 0 ? usual.advance(START_MS) : []),
    ...(then === undefined && hours === undefined
      ? []
      : line.advance(START_MS + (hours ?? then?.hours ?? 0) * HOUR_MS)),
  ];
}

/** What the tags view makes of it, or of what one machine says. */
export function tagsOf(said: readonly SimulatedMessage[], only?: string) {
  const store = new MemoryViewStore();
  const states = new MemoryViewStore();
  const view = tagsViewKeeping();
  const seqs = new Map<MachineKey, number>();
  said.forEach(({ machine, type, atMs, payload }, index) => {
    if (type !== "telemetry" && type !== "state") return;
    const key = machineKeyOf(machine);
    if (only !== undefined && key !== only) return;
    const seq = (seqs.get(key) ?? 0) + 1;
    seqs.set(key, seq);
    const message = viewMessage({ id: index + 1, machine: key, type, seq, atMs, payload: payload as never });
    if (type === "telemetry") view.fold(message, store);
    machineStateView.fold(message, states);
  });
  return { reading: readingOf(store), states: readingOf(states), machines: [...seqs.keys()] };
}

/** The condition of a machine of the plant in a time of it, compared with all that came before. */
export function conditionIn(
  plant: Plant,
  { reading, states }: ReturnType<typeof tagsOf>,
  machine: string,
  fromMs: number,
  toMs: number,
  compareMs = COMPARE_MS,
) {
  const watch = { nowMs: toMs, silentAfterMs: silenceOf(plant)(machine) };
  const tags = plant.machine(machine)?.definition.tags ?? {};
  return machineCondition(reading, {
    ...{ machine, fromMs, toMs, compareMs },
    runsAt: runningTime(states, machine, { fromMs: fromMs - compareMs, toMs }, watch),
    wordsOf: (tag) => tagWords(tag, tags[tag]),
    limitsFor: (tag, product) => {
      const known = tags[tag];
      return known === undefined ? {} : limitsFor(known, product);
    },
  });
}
