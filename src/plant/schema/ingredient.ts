import { type Static, Type } from "typebox";
import { ALLERGENS } from "../../contract/schemas/lot.ts";
import { closedObject, MATERIAL_PATTERN, name, percent } from "./fields.ts";

const COUNTRY = Type.String({ pattern: "^[A-Z]{2}$", description: "country, ISO 3166-1 alpha-2" });

const PlotSchema = closedObject(
  {
    id: name("the plot in the producer's register"),
    latitude: Type.Number({ minimum: -90, maximum: 90, description: "degrees WGS 84" }),
    longitude: Type.Number({ minimum: -180, maximum: 180, description: "degrees WGS 84" }),
    area_ha: Type.Number({
      exclusiveMinimum: 0,
      maximum: 4,
      description: "area, hectares; up to 4 a point will do",
    }),
  },
  { description: "a plot of land where the cocoa grew (EUDR article 9(1)(d))" },
);

const OriginSchema = closedObject(
  {
    hs_code: Type.String({
      pattern: "^18(0[1-6])[0-9]{0,6}$",
      description: "heading of the goods, HS 1801 to 1806",
    }),
    role: Type.Enum(["operator", "downstream_operator", "trader"], { description: "the supplier's role" }),
    country: COUNTRY,
    plots: Type.Array(PlotSchema, { minItems: 1, maxItems: 1000, description: "where the cocoa grew" }),
  },
  { description: "what Regulation (EU) 2023/1115 asks for; for cocoa" },
);

/** What a recipe is made of. */
export const IngredientSchema = closedObject(
  {
    id: Type.String({ pattern: MATERIAL_PATTERN, description: "the ingredient" }),
    name: name("its name"),
    dosing: Type.Enum(["bulk", "minor"], { description: "which feeder doses it and which tolerance holds" }),
    fat_pct: percent("fat, weight %"),
    moisture_pct: percent("water, weight %"),
    allergens: Type.Array(Type.Enum(ALLERGENS), { description: "allergens that must be declared" }),
    supplier: name("who delivers it"),
    country: COUNTRY,
    origin: Type.Optional(OriginSchema),
  },
  { description: "an ingredient" },
);

/** A raw material: what is in it, who delivers it, where it grew. */
export type Ingredient = Static<typeof IngredientSchema>;
