import type { Allergen } from "../contract/schemas/lot.ts";
import type { ProductType } from "../contract/schemas/product.ts";
import type { Plant, PlantLine, PlantMachine } from "../plant/plant.ts";
import type { Ingredient } from "../plant/schema/ingredient.ts";
import type { Changeover, Production } from "../plant/schema/line.ts";
import type { MadeProduct } from "../plant/schema/product.ts";
import type { FinishedGoods } from "./genealogy/finished-goods.ts";
import type { LotNames } from "./genealogy/lot-names.ts";
import type { HallAir } from "./process/hall-air.ts";
import type { Silo } from "./process/silo.ts";
import type { StorageTank } from "./process/storage-tank.ts";
import type { LineDisturbances } from "./scenario/line-disturbances.ts";
import type { ScenarioRun } from "./scenario/scenario-run.ts";

/** What the machines of a line share: where material is, what the air is like, what things are called. */
export interface LineContext {
  readonly plant: Plant;
  readonly line: PlantLine;
  readonly production: Production;
  readonly names: LotNames;
  readonly hall: HallAir;
  readonly silos: ReadonlyMap<string, Silo>;
  readonly tanks: ReadonlyMap<ProductType, StorageTank>;
  readonly ingredients: ReadonlyMap<string, Ingredient>;
  /** Pallets between the palletiser and the customers. */
  readonly finished: FinishedGoods;
  /** What goes wrong; without a scenario nothing does. */
  readonly disturbances: LineDisturbances;
  readonly scenario: ScenarioRun | undefined;
  /** The machine of the line with this simulation model; the plant has been checked to have it. */
  machine(model: string): PlantMachine;
}

/** Something of the line by its name, which the checks of the plant have seen to be there. */
export function known<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`the line has no ${String(key)}`);
  return value;
}

/** What the plant file says about going from one product to the other. */
export function changeoverBetween(
  context: LineContext,
  from: ProductType,
  to: ProductType,
): Changeover | undefined {
  return context.production.changeovers.find(
    (changeover) => changeover.from === from && changeover.to === to,
  );
}

/** The allergens that the recipe brings. */
export function allergensOf(context: LineContext, product: MadeProduct): Allergen[] {
  const allergens = new Set<Allergen>();
  for (const [id, part] of Object.entries(product.recipe.ingredients_pct)) {
    if (part > 0) for (const allergen of known(context.ingredients, id).allergens) allergens.add(allergen);
  }
  return [...allergens].sort();
}
