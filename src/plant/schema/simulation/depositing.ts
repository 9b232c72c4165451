import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { nonNegative, percent, positive, share } from "../quantity.ts";

/** A depositor: one nozzle for each cavity of a mould. */
export const DepositingSchema = closedObject({
  model: Type.Literal("depositing"),
  cavities: Type.Integer({ minimum: 1, maximum: 200, description: "cavities in a mould, one nozzle each" }),
  moulds_per_min: positive("moulds, 1/min"),
  nozzle_bias_g: nonNegative("how far nozzles differ from one another (one sigma), g"),
  nozzle_noise_g: nonNegative("standard deviation of one nozzle's deposits, g"),
  nozzle_memory: share("correlation of a nozzle's deposit with its last one (AR(1))"),
  bubble_share: share("deposits with an air bubble"),
  bubble_g: positive("mean mass that a bubble takes away, g"),
  shear_per_s: positive("shear rate in a nozzle, 1/s"),
  g_per_viscosity_pct: nonNegative("mass lost by a percent more viscosity, g"),
  pressure_bar: positive("nozzle pressure at nominal viscosity, bar"),
  pressure_noise_bar: nonNegative("standard deviation of the pressure, bar"),
  mould_tau_s: positive("time constant of the mould heater, s"),
  scrap_on_start_pct: percent("bars of a product's first moulds that go to rework, % of a mould chain"),
  sample_minutes: positive("one mould is weighed cavity by cavity so often, min"),
});

export type DepositingParameters = Static<typeof DepositingSchema>;
