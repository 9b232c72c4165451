import type { Phases } from "../../plant/schema/product.ts";
import type { ConchingParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import type { Casson } from "./casson.ts";

/** Before butter and lecithin the mass is so much more viscous. */
const WITHOUT_BUTTER = 1.8;
/** A percent of water above what the recipe ends at makes it so much more viscous, as a fraction of itself. */
const PER_MOISTURE_PCT = 3;

/**
 * Paste as it comes from the refiner is a crumb: its particles stick together, and not all have fat on their surface.
 * Work takes that apart and spreads the fat; so much more viscous it is without, as a fraction of itself, and after so
 * much work a third of that is left. Estimates.
 */
const UNWORKED = 1.6;
const WORK_KWH_T = 14;

/** What the flow of the mass in a conche depends on. */
export interface ConcheState {
  /** Water, weight %. */
  readonly moisturePct: number;
  /** Whether the butter and lecithin that were held back are in. */
  readonly butterAdded: boolean;
  /** Work done on the mass so far, kWh/t; left out for one that is fully worked. */
  readonly workKwhT?: number;
  /** D90 of the paste that came in, µm; 0 as long as there is none, which counts as the recipe's. */
  readonly d90Um: number;
}

/**
 * How the mass in the conche flows: both values fall with water, with work and with the last butter, to the recipe's. Finer
 * particles have more surface for the same fat to cover and touch each other more often:
 *
 *     value ~ (D90 of the recipe / D90) ^ exponent
 *
 * with a higher exponent for the yield than for the viscosity. That both rise as D90 falls from 50 to 18 µm, the yield
 * more, is what Afoakwa, Paterson and Fowler measured on dark chocolate (Eur. Food Res. Technol. 226, 2008).
 */
export function concheRheology(
  { conching, refining }: Phases,
  parameters: Pick<ConchingParameters, "yield_fineness_exponent" | "viscosity_fineness_exponent">,
  { moisturePct, butterAdded, d90Um, workKwhT = Number.POSITIVE_INFINITY }: ConcheState,
): Casson {
  const wet = 1 + PER_MOISTURE_PCT * Math.max(0, moisturePct - conching.moisture_end_pct);
  const dry = butterAdded ? 1 : WITHOUT_BUTTER;
  const dull = 1 + UNWORKED * Math.exp(-workKwhT / WORK_KWH_T);
  const finer = d90Um > 0 ? refining.d90_um / d90Um : 1;
  return {
    yieldPa: conching.yield_pa * wet * dry * dull * finer ** parameters.yield_fineness_exponent,
    viscosityPaS:
      conching.viscosity_pa_s * wet * dry * dull * finer ** parameters.viscosity_fineness_exponent,
  };
}

/** How a product flows when it is ground and conched as its recipe says. */
export function nominalFlow({ conching }: Phases): Casson {
  return { yieldPa: conching.yield_pa, viscosityPaS: conching.viscosity_pa_s };
}
