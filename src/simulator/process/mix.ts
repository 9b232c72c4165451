import type { Ingredient } from "../../plant/schema/ingredient.ts";
import type { ProductionBatch } from "./production-batch.ts";

/** One mix on its way from the scales into the conche. */
export interface Mix {
  readonly batch: ProductionBatch;
  /** 1, 2 … within the batch. */
  readonly number: number;
  readonly lotId: string;
  readonly kg: number;
  readonly fatPct: number;
  readonly moisturePct: number;
}

/** Fat and water of a mixture, weight %. */
export interface Composition {
  readonly fatPct: number;
  readonly moisturePct: number;
}

/** What a mixture of ingredients is made of, by their masses. */
export function compositionOf(
  parts: readonly { readonly ingredient: Ingredient; readonly kg: number }[],
): Composition {
  let mass = 0;
  let fat = 0;
  let water = 0;
  for (const { ingredient, kg } of parts) {
    mass += kg;
    fat += kg * ingredient.fat_pct;
    water += kg * ingredient.moisture_pct;
  }
  return mass === 0 ? { fatPct: 0, moisturePct: 0 } : { fatPct: fat / mass, moisturePct: water / mass };
}
