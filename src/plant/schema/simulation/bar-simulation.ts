import { type Static, Type } from "typebox";
import {
  celsius,
  closedObject,
  count,
  nonNegative,
  number,
  percent,
  positive,
  range,
  share,
} from "../fields.ts";

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

/** How a temperer behaves. */
export type TemperingParameters = Static<typeof TemperingSchema>;

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

/** How a depositor, its nozzles and moulds behave. */
export type DepositingParameters = Static<typeof DepositingSchema>;

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

/** How a cooling tunnel behaves. */
export type CoolingParameters = Static<typeof CoolingSchema>;

/** Wrapper, checkweigher, metal detector, case packer and palletiser. */
export const PackagingSchema = closedObject({
  model: Type.Literal("packaging"),
  wraps_per_min: positive("what the wrapper can do, 1/min"),
  infeed_bars: count("bars that fit before the wrapper"),
  reject_below_g: positive("the checkweigher rejects below it, g net"),
  weighing_noise_g: nonNegative("standard deviation of the checkweigher, g"),
  mis_wrap_share: share("bars that are wrapped badly and rejected by the camera"),
  metal_share: share("bars that the metal detector rejects"),
  jam: closedObject({
    mean_minutes: positive("mean running time between two jams, min"),
    seconds: range("shortest and longest, s"),
  }),
  seal_c: celsius("temperature of the sealing jaws"),
  seal_tau_s: positive("time constant of the sealing jaws, s"),
  seal_noise_k: nonNegative("standard deviation of the sealing jaws, K"),
  film_bars: count("bars for which a reel of film is enough"),
  film_change_s: positive("splicing a new reel, s"),
  changeover_s: positive("changing film, code and date for another product, s"),
  bars_per_case: count("bars in a case"),
  cases_per_pallet: count("cases on a pallet"),
  detector_test_minutes: positive("longest time between two detector tests, min"),
  detector: closedObject({
    aperture_mm: positive("height of the aperture, mm"),
    ferrous_mm: positive("ferrous test piece, mm"),
    non_ferrous_mm: positive("non-ferrous test piece, mm"),
    stainless_mm: positive("stainless test piece, mm"),
    shift_starts_utc_h: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 24 }), {
      description: "it is tested at the begin of each shift, hours of the day, UTC",
    }),
  }),
  sample_seconds: positive("weight, seal and label are reported so often, s"),
});

/** How a wrapper with checkweigher and metal detector behaves. */
export type PackagingParameters = Static<typeof PackagingSchema>;
