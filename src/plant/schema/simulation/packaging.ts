import { type Static, Type } from "typebox";
import { closedObject } from "../closed-object.ts";
import { celsius, count, nonNegative, positive, range, share } from "../quantity.ts";

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

export type PackagingParameters = Static<typeof PackagingSchema>;
