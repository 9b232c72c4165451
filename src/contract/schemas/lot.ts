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
export type Allergen = (typeof ALLERGENS)[number];

export const LOT_ID = text("the lot; unique in the enterprise");
export const MATERIAL = text("what it is, for example whole_milk_powder, dark_mass, film_100g_dark");
export const LOT_KIND = Type.Enum(LOT_KINDS, { description: "what kind of lot it is" });

export function mass(description: string) {
  return Type.Number({ minimum: 0, description: `${description}, kilograms` });
}

export function pieces(description: string) {
  return Type.Integer({ minimum: 0, description: `${description}, pieces` });
}

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

/** So much of a lot. */
export function lotQuantity(description: string) {
  return Type.Object(QUANTITY_FIELDS, { description, ...MASS_OR_PIECES });
}

export type LotQuantity = Static<ReturnType<typeof lotQuantity>>;

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
export const LOTS_OR_UNITS = { anyOf: [{ required: ["lots"] }, { required: ["units"] }] };

/** Serial Shipping Container Code (GS1): 18 digits, the last one a check digit. */
export const SSCC = Type.String({
  pattern: "^[0-9]{18}$",
  description: "serial shipping container code, 18 digits; needed for a pallet",
});
