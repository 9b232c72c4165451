import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { celsius, nonNegative, percent, positive } from "../quantity.ts";

/** A two-roll and a five-roll refiner in line. */
export const RefiningSchema = closedObject({
  model: Type.Literal("refining"),
  hopper_kg: positive("hopper before the rolls, kg"),
  um_per_feed_pct: nonNegative("how much coarser a percent more feed makes it, µm"),
  wear_um_per_1000_h: nonNegative("how much coarser a thousand roll-hours make it, µm"),
  roll_hours_at_start: nonNegative("running time of the rolls at the start, h"),
  regrind_at_h: positive("running time at which the rolls are ground again, h"),
  noise_um: nonNegative("standard deviation of the fineness, µm"),
  noise_tau_s: positive("how long the fineness stays on one side, s"),
  rolls_c: Type.Array(celsius("surface of one roll"), { minItems: 5, maxItems: 5 }),
  roll_tau_s: positive("time constant of a roll's temperature, s"),
  roll_noise_k: nonNegative("standard deviation of a roll's temperature, K"),
  pressure_bar: positive("hydraulic pressure on the rolls, bar"),
  rpm: positive("speed of the fifth roll, 1/min"),
  idle_kw: positive("power without product, kW"),
  load_kw: positive("power at the recipe's throughput and fineness, kW"),
  water_loss_pct: percent("water that leaves on the rolls, % of the paste"),
  sample_minutes: positive("a fineness sample is taken so often, min"),
});

export type RefiningParameters = Static<typeof RefiningSchema>;
