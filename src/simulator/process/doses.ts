import type { MadeProduct } from "../../plant/schema/product.ts";

/** So much of an ingredient. */
export interface Dose {
  readonly ingredient: string;
  readonly kg: number;
}

/** What a mix of `mixKg` recipe mass is dosed from: the recipe without what the conche adds. */
export function dosesOf(product: MadeProduct, mixKg: number): Dose[] {
  const { ingredients_pct, held_back_pct } = product.recipe;
  return Object.entries(ingredients_pct)
    .map(([ingredient, pct]) => ({
      ingredient,
      kg: ((pct - (held_back_pct[ingredient] ?? 0)) * mixKg) / 100,
    }))
    .filter(({ kg }) => kg > 1e-9);
}

/** What the conche adds to `recipeKg` of recipe mass. */
export function additionsOf(product: MadeProduct, recipeKg: number): Dose[] {
  return Object.entries(product.recipe.held_back_pct)
    .map(([ingredient, pct]) => ({ ingredient, kg: (pct * recipeKg) / 100 }))
    .filter(({ kg }) => kg > 1e-9);
}
