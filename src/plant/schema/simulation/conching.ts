import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { celsius, nonNegative, percent, positive, range, share } from "../quantity.ts";

/** One conche: filled by the refiner, dry phase, paste phase, liquid phase, discharge into the product's tank. */
export const ConchingSchema = closedObject({
  model: Type.Literal("conching"),
  mixes: Type.Integer({ minimum: 1, description: "mixes that fill it" }),
  drying_per_h: positive("k in dX/dt = -k (X - Xe) at the recipe's temperature, 1/h"),
  moisture_equilibrium_pct: percent("Xe, the moisture it can't go below, weight %"),
  paste_c: celsius("flakes as they come from the refiner"),
  thermal_tau_h: positive("time constant of the full conche's temperature, h"),
  heat_capacity_kj_kgk: positive("specific heat of the mass, kJ/(kg K)"),
  jacket_gain: positive("kelvin of jacket per kelvin of deviation"),
  jacket_tau_s: positive("time constant of the jacket's water, s"),
  dry_share: share("share of the time between filling and the liquid phase in which the mass is still dry"),
  jacket_c: range("coldest and hottest jacket, °C"),
  shaft_heat_share: share("share of the shaft power that ends as heat in the mass"),
  idle_kw: nonNegative("power with an empty trough, kW"),
  dry_kw: positive("power in the dry phase, kW"),
  paste_kw: positive("peak power in the paste phase, kW"),
  liquid_kw: positive("power in the liquid phase, kW"),
  power_noise_pct: percent("standard deviation of the power, %"),
  yield_fineness_exponent: nonNegative(
    "how strongly a finer paste raises the Casson yield: (recipe's D90 / D90) to this power",
  ),
  viscosity_fineness_exponent: nonNegative("the same for the Casson viscosity"),
  acidity_start_pct: percent("volatile acids at the beginning, as a part of what cocoa brings, %"),
  acidity_tau_h: positive("time constant of their leaving, h"),
  discharge_kg_h: positive("pumped into the tank, kg/h"),
  sample_minutes: positive("a moisture sample is taken so often, min"),
});

export type ConchingParameters = Static<typeof ConchingSchema>;
