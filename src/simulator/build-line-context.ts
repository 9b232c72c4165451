import type { ProductType } from "../contract/schemas/product.ts";
import type { Plant, PlantLine } from "../plant/plant.ts";
import { LotNames } from "./genealogy/lot-names.ts";
import type { LineContext } from "./line-context.ts";
import { notSimulated } from "./modelled-machine.ts";
import { HallAir } from "./process/hall-air.ts";
import { Silo } from "./process/silo.ts";
import { StorageTank } from "./process/storage-tank.ts";
import { RandomStream } from "./random-stream.ts";

/**
 * What the machines of a line share, as it is when the simulation begins: filled silos, empty tanks.
 *
 * @throws ConcheError CONCHE_PLANT_INVALID where the plant file doesn't say how the line is simulated
 */
export function buildLineContext(plant: Plant, line: PlantLine, seed: number, startMs: number): LineContext {
  const { hall, silos, tank, production } = line.definition;
  if (hall === undefined || silos === undefined || tank === undefined || production === undefined) {
    throw notSimulated(line);
  }
  const names = new LotNames(line);
  const ingredients = new Map(plant.document.ingredients.map((ingredient) => [ingredient.id, ingredient]));
  const filled = new Map<string, Silo>();
  for (const [id, parameters] of Object.entries(silos)) {
    const ingredient = ingredients.get(id);
    if (ingredient === undefined) continue;
    const kg = (parameters.capacity_kg * production.start.silo_fill_pct) / 100;
    filled.set(id, new Silo(ingredient, parameters, names.silo(id, startMs), kg));
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
    machine: (model) => {
      const found = line.machines.find((machine) => machine.definition.simulation?.model === model);
      if (found === undefined) throw notSimulated(line);
      return found;
    },
  };
}
