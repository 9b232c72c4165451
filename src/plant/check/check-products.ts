import type { FilePath, Findings } from "../finding.ts";
import { gs1CheckDigit } from "../gs1-check-digit.ts";
import { isMade, type MadeProduct, type Product } from "../schema/product.ts";
import type { KnownNames } from "./known-names.ts";

/** How far the weight percents of a recipe may be from 100. */
const SUM_TOLERANCE_PCT = 0.5;

/** Recipes of known ingredients that add up. */
export function checkProduct(product: Product, path: FilePath, names: KnownNames, findings: Findings): void {
  if (!isMade(product)) return;
  const { ingredients_pct, held_back_pct } = product.recipe;
  for (const field of ["ingredients_pct", "held_back_pct"] as const) {
    for (const id of Object.keys(product.recipe[field])) {
      if (!names.ingredients.has(id))
        findings.add([...path, "recipe", field, id], "is no ingredient of this plant");
    }
  }
  const sum = Object.values(ingredients_pct).reduce((total, part) => total + part, 0);
  if (Math.abs(sum - 100) > SUM_TOLERANCE_PCT) {
    findings.add(
      [...path, "recipe", "ingredients_pct"],
      `must add up to 100 % ± ${SUM_TOLERANCE_PCT}, not ${Number(sum.toFixed(3))} %`,
    );
  }
  for (const [id, part] of Object.entries(held_back_pct)) {
    const whole = ingredients_pct[id] ?? 0;
    if (part > whole) {
      findings.add(
        [...path, "recipe", "held_back_pct", id],
        `must be at most the recipe's own share (${whole})`,
      );
    }
  }
  const { gtin } = product.recipe.phases.packaging;
  const digit = gs1CheckDigit(gtin.slice(0, -1));
  if (Number(gtin.at(-1)) !== digit) {
    findings.add(
      [...path, "recipe", "phases", "packaging", "gtin"],
      `has a wrong check digit: it must end with ${digit}`,
    );
  }
  checkCocoa(product, path, names, findings);
  checkConching(product, path, findings);
}

function checkCocoa(product: MadeProduct, path: FilePath, names: KnownNames, findings: Findings): void {
  if (product.cocoa_minimum_pct === undefined) return;
  let cocoa = 0;
  for (const [id, part] of Object.entries(product.recipe.ingredients_pct)) {
    if (names.cocoa.has(id)) cocoa += part;
  }
  if (cocoa < product.cocoa_minimum_pct) {
    findings.add(
      [...path, "cocoa_minimum_pct"],
      `must be at most the cocoa in the recipe (${Number(cocoa.toFixed(3))} %: the ingredients with an origin)`,
    );
  }
}

function checkConching(product: MadeProduct, path: FilePath, findings: Findings): void {
  const { hours, liquid_hours } = product.recipe.phases.conching;
  if (liquid_hours >= hours) {
    findings.add(
      [...path, "recipe", "phases", "conching", "liquid_hours"],
      `must be less than hours (${hours})`,
    );
  }
}
