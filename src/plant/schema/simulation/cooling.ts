import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { celsius, nonNegative, positive } from "../quantity.ts";

/** A cooling tunnel with three zones of equal length. */
export const CoolingSchema = closedObject({
  model: Type.Literal("cooling"),
  path_m: positive("way of a mould through the tunnel, m"),
  mould_pitch_m: positive("belt for one mould, m"),
  zone_tau_s: positive("time constant of a zone's air, s"),
  air_noise_k: nonNegative("standard deviation of a zone's air, K"),
  heat_transfer_w_m2k: positive("heat transfer to the air, W/(m² K)"),
  cooled_sides: positive("how much of the two faces of a bar the air reaches: 1 is one face"),
  bar_mm: positive("thickness of the bar, mm"),
  density_kg_m3: positive("density of the mass, kg/m³"),
  heat_capacity_kj_kgk: positive("specific heat of the mass, kJ/(kg K)"),
  crystallising_c: closedObject({ from: celsius("fat begins to set"), to: celsius("fat has set") }),
});

export type CoolingParameters = Static<typeof CoolingSchema>;
