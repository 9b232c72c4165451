import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { nonNegative, percent, positive, range, share } from "../quantity.ts";

const FeederSchema = closedObject({
  coarse_kg_s: positive("coarse feed, kg/s"),
  fine_kg_s: positive("fine feed, kg/s"),
  fine_below_kg: positive("fine feed begins so far from the target, kg"),
  in_flight_s: positive("how long material falls after the feeder has closed, s"),
});

/** Loss-in-weight dosing of one mix, ingredient after ingredient. */
export const DosingSchema = closedObject({
  model: Type.Literal("dosing"),
  mix_kg: positive("recipe mass of one mix, kg; what the conche adds later is missing in it"),
  feeders: closedObject({ bulk: FeederSchema, minor: FeederSchema }),
  settle_s: positive("wait for a quiet reading after each ingredient, s"),
  discharge_kg_s: positive("discharge into the mixer, kg/s"),
  in_flight_noise_pct: percent("standard deviation of the falling mass, %"),
  weighing_noise_kg: nonNegative("standard deviation of a reading, kg"),
  zero_drift_kg_h: nonNegative("drift of the scale's zero, kg in an hour (one sigma)"),
  bridging_share: share("how many doses are interrupted because the silo bridges"),
  bridging_s: range("shortest and longest, s"),
  dust_loss_pct: percent("what the filters take away, % of the mix"),
});

export type DosingParameters = Static<typeof DosingSchema>;
