import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { nonNegative, number, positive, range } from "../quantity.ts";

/** A continuous temperer: holding zone, cooling zone with seeding at the wall, reheating zone. */
export const TemperingSchema = closedObject({
  model: Type.Literal("tempering"),
  zone_tau_s: closedObject({ in: positive("s"), cool: positive("s"), out: positive("s") }),
  noise_k: nonNegative("standard deviation of a zone's temperature, K"),
  residence_s: positive("mean residence, s"),
  index_per_cool_k: number("temper index gained by a kelvin colder cooling"),
  index_per_out_k: number("temper index lost by a kelvin warmer reheating"),
  index_noise: nonNegative("standard deviation of the temper index"),
  shear_per_s: positive("shear rate of the viscosity meter at the outlet, 1/s"),
  tempered_factor: positive(
    "how many times more viscous than in the conche: cooler and seeded, at the recipe's point",
  ),
  viscosity_per_k_pct: nonNegative("how much thinner a kelvin makes it, %"),
  viscosity_per_index_pct: nonNegative("how much thicker one more of temper index makes it, %"),
  disturbance: closedObject(
    {
      mean_hours: positive("mean time between two, h"),
      kelvin: positive("how much too hot the heating water gets, K"),
      seconds: range("shortest and longest, s"),
      at_start: closedObject(
        { began_s: nonNegative("so long ago, s"), lasts_s: nonNegative("so much longer, s") },
        { description: "the one in the middle of which the simulation begins" },
      ),
    },
    { description: "the reheating valve sticks" },
  ),
  sample_minutes: positive("a temper curve is taken so often, min"),
});

export type TemperingParameters = Static<typeof TemperingSchema>;
