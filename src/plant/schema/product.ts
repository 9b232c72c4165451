import { type Static, Type } from "typebox";
import { PRODUCT_ID_PATTERN } from "../../contract/schemas/product.ts";
import {
  celsius,
  closedObject,
  count,
  MATERIAL_PATTERN,
  name,
  nonNegative,
  number,
  percent,
  positive,
  range,
} from "./fields.ts";

const parts = (description: string) =>
  Type.Unsafe<Record<string, number>>({
    type: "object",
    additionalProperties: Type.Number({ minimum: 0, maximum: 100 }),
    description,
  });

/**
 * Set points of the recipe's unit procedures (ISA-88), one for each step. What belongs to the equipment (time
 * constants, capacities, noise) stands with the machine.
 */
const PhasesSchema = closedObject({
  mixing: closedObject({
    temp_c: celsius("paste at the end"),
    minutes: positive("mixing time, min"),
    paste_fat_pct: range("fat of the paste, weight %"),
  }),
  refining: closedObject({
    feed_kg_h: positive("throughput, kg/h"),
    d90_um: positive("fineness after the refiner at this throughput on fresh rolls, µm"),
    d90_before_um: positive("fineness before the refiner, µm"),
  }),
  conching: closedObject({
    temp_c: celsius("conching temperature"),
    hours: positive("time from the beginning of filling to the end, h"),
    liquid_hours: positive("how long before the end butter and emulsifier are added, h"),
    moisture_end_pct: positive("moisture to reach, weight %"),
    moisture_alarm_pct: positive("an alarm is raised when more is left at the end, weight %"),
    yield_pa: positive("Casson yield value at the end, Pa"),
    viscosity_pa_s: positive("Casson plastic viscosity at the end, Pa s"),
  }),
  tempering: closedObject({
    in_c: celsius("before the temperer"),
    cool_c: celsius("after the cooling zone"),
    out_c: celsius("after reheating"),
    index: number("temper index aimed at"),
  }),
  depositing: closedObject({
    target_g: positive("deposit a cavity, g"),
    mould_below_mass_k: nonNegative("how much colder than the mass the moulds are, K"),
  }),
  cooling: closedObject({
    zone_1_c: celsius("air in zone 1"),
    zone_2_c: celsius("air in zone 2"),
    zone_3_c: celsius("air in zone 3"),
    latent_kj_kg: positive("heat of crystallisation, kJ/kg"),
  }),
  packaging: closedObject({
    nominal_g: positive("net weight on the label, g"),
    gtin: Type.String({ pattern: "^[0-9]{13}$", description: "trade item number of the bar, 13 digits" }),
    film: Type.String({ pattern: MATERIAL_PATTERN, description: "the film it is wrapped in" }),
    film_supplier: name("who delivers the film"),
    reels_per_delivery: count("reels of film in a delivery"),
    best_before_days: positive("days from packing to the date on the pack"),
  }),
});

const RecipeSchema = closedObject(
  {
    version: name("version of the recipe"),
    ingredients_pct: parts("weight % by ingredient id; their sum is 100"),
    held_back_pct: parts(
      "how much of each is added in the conche instead of at dosing, weight % of the whole",
    ),
    phases: PhasesSchema,
  },
  { description: "how it is made; a product that a simulated line makes needs it" },
);

/** A product and, where a line of the plant is simulated, its recipe. */
export const ProductSchema = closedObject(
  {
    id: Type.String({ pattern: PRODUCT_ID_PATTERN, description: "the product, as machines name it" }),
    name: Type.Optional(name("its name; by default its id")),
    recipe: Type.Optional(RecipeSchema),
    cocoa_minimum_pct: Type.Optional(percent("legal minimum of cocoa (2000/36/EC), weight %")),
  },
  { description: "a product" },
);

/** A product of the factory. */
export type Product = Static<typeof ProductSchema>;
/** A product that the file says how to make. */
export type MadeProduct = Product & Required<Pick<Product, "recipe">>;
/** Set points of a recipe's unit procedures (ISA-88), by step. */
export type Phases = Static<typeof PhasesSchema>;

/** Whether the file says how to make it. */
export function isMade(product: Product): product is MadeProduct {
  return product.recipe !== undefined;
}
