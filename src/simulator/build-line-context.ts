import type { ProductType } from "../contract/schemas/product.ts";
import type { Plant, PlantLine, PlantMachine } from "../plant/plant.ts";
import type { ScenarioDocument } from "../plant/scenario/scenario-document.ts";
import type { Dispatch } from "../plant/schema/dispatch.ts";
import { FinishedGoods } from "./genealogy/finished-goods.ts";
import { LotNames } from "./genealogy/lot-names.ts";
import type { LineContext } from "./line-context.ts";
import { notSimulated } from "./modelled-machine.ts";
import { HallAir } from "./process/hall-air.ts";
import { Silo } from "./process/silo.ts";
import { StorageTank } from "./process/storage-tank.ts";
import { RandomStream } from "./random-stream.ts";
import { LineDisturbances } from "./scenario/line-disturbances.ts";
import { ScenarioRun } from "./scenario/scenario-run.ts";

/** Seed, start and scenario of a line: the same give the same messages. */
export interface LineChoice {
  readonly seed: number;
  /** When simulated time begins, whole ms since 1970. */
  readonly startMs: number;
  /** What goes wrong on it. */
  readonly scenario?: ScenarioDocument | undefined;
  /** When that begins, ms since 1970; with the simulation unless told otherwise. */
  readonly scenarioMs?: number | undefined;
}

/**
 * What the machines of a line share, as it is when the simulation begins: filled silos, empty tanks.
 *
 * @throws ConcheError CONCHE_PLANT_INVALID where the plant file doesn't say how the line is simulated
 */
export function buildLineContext(plant: Plant, line: PlantLine, choice: LineChoice): LineContext {
  const { seed, startMs, scenario, scenarioMs = startMs } = choice;
  const { hall, silos, tank, production } = line.definition;
  if (hall === undefined || silos === undefined || tank === undefined || production === undefined) {
    throw notSimulated(line);
  }
  const names = new LotNames(line);
  const ingredients = new Map(
    (plant.document.ingredients ?? []).map((ingredient) => [ingredient.id, ingredient]),
  );
  const filled = new Map<string, Silo>();
  for (const [id, parameters] of Object.entries(silos)) {
    const ingredient = ingredients.get(id);
    if (ingredient === undefined) continue;
    const kg = (parameters.capacity_kg * production.start.silo_fill_pct) / 100;
    filled.set(id, new Silo(ingredient, parameters, names.silo(id, startMs), kg));
  }
  const machines = new Map<string, PlantMachine>();
  for (const machine of line.machines) {
    const model = machine.definition.simulation?.model;
    if (model !== undefined && !machines.has(model)) machines.set(model, machine);
  }
  const tanks = plant.document.products.map(
    ({ id }) => [id as ProductType, new StorageTank(`tank ${id}`, tank)] as const,
  );
  return {
    plant,
    line,
    production,
    names,
    hall: new HallAir(hall, new RandomStream(seed, `${line.site.id}/${line.definition.id}/hall`)),
    silos: filled,
    tanks: new Map(tanks),
    ingredients,
    finished: new FinishedGoods(dispatchOf(line), names),
    disturbances: new LineDisturbances(line, scenario?.disturbances ?? [], { seed, startMs: scenarioMs }),
    scenario: scenario === undefined ? undefined : new ScenarioRun(scenario, line, scenarioMs),
    machine: (model) => {
      const found = machines.get(model);
      if (found === undefined) throw notSimulated(line);
      return found;
    },
  };
}

/** How finished goods leave the line, where its controller is told. */
function dispatchOf(line: PlantLine): Dispatch | undefined {
  for (const { definition } of line.machines)
    if (definition.simulation?.model === "line_controller") return definition.simulation.dispatch;
  return undefined;
}
