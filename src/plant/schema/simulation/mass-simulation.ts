import { type Static, Type } from "typebox";
import { celsius, closedObject, nonNegative, percent, positive, range, share } from "../fields.ts";

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

/** How the dosing scale behaves. */
export type DosingParameters = Static<typeof DosingSchema>;

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

/** How the mixer behaves. */
export type MixingParameters = Static<typeof MixingSchema>;

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

/** How the five-roll refiner behaves. */
export type RefiningParameters = Static<typeof RefiningSchema>;

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

/** How the conche behaves: power, heat, moisture, acids, viscosity. */
export type ConchingParameters = Static<typeof ConchingSchema>;
