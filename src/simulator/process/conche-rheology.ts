import type { Phases } from "../../plant/schema/product.ts";

/** Before butter and lecithin the mass is so much more viscous. */
const WITHOUT_BUTTER = 1.8;
/** A percent of water above what the recipe ends at makes it so much more viscous, as a fraction of itself. */
const PER_MOISTURE_PCT = 3;

/** Casson flow: sqrt(tau) = sqrt(yield) + sqrt(viscosity * shear rate). */
export interface Casson {
  readonly yieldPa: number;
  readonly viscosityPaS: number;
}

/** How the mass in the conche flows: both values fall with water and with the last butter, to the recipe's. */
export function concheRheology(
  recipe: Phases["conching"],
  moisturePct: number,
  butterAdded: boolean,
): Casson {
  const wet = 1 + PER_MOISTURE_PCT * Math.max(0, moisturePct - recipe.moisture_end_pct);
  const dry = butterAdded ? 1 : WITHOUT_BUTTER;
  return { yieldPa: recipe.yield_pa * wet * dry, viscosityPaS: recipe.viscosity_pa_s * wet * dry };
}
