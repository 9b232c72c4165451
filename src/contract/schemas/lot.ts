import { type Static, Type } from "typebox";
import { text } from "./envelope.ts";

/** What a lot is. */
const LOT_KINDS = ["ingredient", "packaging", "intermediate", "finished", "rework", "flush"] as const;

/** The allergens that must be declared: Regulation (EU) 1169/2011, annex II. */
export const ALLERGENS = [
  "gluten",
  "crustaceans",
  "eggs",
  "fish",
  "peanuts",
  "soybeans",
  "milk",
  "nuts",
  "celery",
  "mustard",
  "sesame",
  "sulphites",
  "lupin",
  "molluscs",
] as const;
/** One of {@link ALLERGENS}. */
export type Allergen = (typeof ALLERGENS)[number];

/** The lot that an event is about. */
export const LOT_ID = text("the lot; unique in the enterprise");
/** The material of a lot, by the plant's own name. */
export const MATERIAL = text("what it is, for example whole_milk_powder, dark_mass, film_100g_dark");
/** What a lot is to the line, from ingredient to finished goods. */
export const LOT_KIND = Type.Enum(LOT_KINDS, { description: "what kind of lot it is" });

/** A mass in kilograms; the description says of what. */
export function mass(description: string) {
  return Type.Number({ minimum: 0, description: `${description}, kilograms` });
}

/** A count of pieces; the description says of what. */
export function pieces(description: string) {
  return Type.Integer({ minimum: 0, description: `${description}, pieces` });
}

/** A list of {@link ALLERGENS}; the description says whose. */
export function allergens(description: string) {
  return Type.Array(Type.Enum(ALLERGENS), { maxItems: ALLERGENS.length, description });
}

const QUANTITY_FIELDS = {
  lot_id: LOT_ID,
  material: Type.Optional(MATERIAL),
  kind: Type.Optional(LOT_KIND),
  quantity_kg: Type.Optional(mass("how much of it")),
  pieces: Type.Optional(pieces("how many of it")),
};

/** A lot must come with a mass or a number of pieces, else no balance can be struck over it. */
const MASS_OR_PIECES = { anyOf: [{ required: ["quantity_kg"] }, { required: ["pieces"] }] };

/** A lot with its mass, its number of pieces, or both. */
export function lotQuantity(description: string) {
  return Type.Object(QUANTITY_FIELDS, { description, ...MASS_OR_PIECES });
}

/** A lot and how much of it: kilograms, pieces or both. */
export type LotQuantity = Static<ReturnType<typeof lotQuantity>>;

/** A list of lots, at most 1000, each with how much of it. */
export function lotQuantities(description: string, minItems = 1) {
  return Type.Array(lotQuantity("so much of a lot"), { minItems, maxItems: 1000, description });
}

/** Lots and logistic units that a decision is about. */
export const TARGET_FIELDS = {
  lots: Type.Optional(
    Type.Array(LOT_ID, { minItems: 1, maxItems: 10_000, description: "the lots it is about" }),
  ),
  units: Type.Optional(
    Type.Array(text("SSCC or case id"), {
      minItems: 1,
      maxItems: 10_000,
      description: "the cases and pallets it is about",
    }),
  ),
};
/** An event about goods names lots, units (cases, pallets), or both. */
export const LOTS_OR_UNITS = { anyOf: [{ required: ["lots"] }, { required: ["units"] }] };

/** Serial Shipping Container Code (GS1): 18 digits, the last one a check digit. */
export const SSCC = Type.String({
  pattern: "^[0-9]{18}$",
  description: "serial shipping container code, 18 digits; needed for a pallet",
});
