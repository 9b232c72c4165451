import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { celsius, percent, positive, share } from "../quantity.ts";

/** A paste mixer: heats, evens out, discharges into the refiner's hopper. */
export const MixingSchema = closedObject({
  model: Type.Literal("mixing"),
  load_c: celsius("the mix as it comes in"),
  heating_tau_s: positive("time constant of heating, s"),
  variation_start_pct: percent("variation of the blend at the beginning, % (coefficient of variation)"),
  variation_floor_pct: percent("variation that mixing doesn't go below, %"),
  variation_tau_s: positive("time constant of mixing, s"),
  rpm: positive("shaft speed, 1/min"),
  idle_current_a: positive("motor current with an empty trough, A"),
  load_current_a: positive("motor current with cold paste, A"),
  current_per_k_pct: percent("how much less current a kelvin of warmth needs, %"),
  voltage_v: positive("mains voltage between phases, V"),
  power_factor: share("power factor of the motor"),
  discharge_kg_s: positive("discharge into the hopper, kg/s"),
});

export type MixingParameters = Static<typeof MixingSchema>;
