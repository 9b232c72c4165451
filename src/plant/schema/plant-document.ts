import { type Static, Type } from "typebox";
import { closedObject, name } from "./fields.ts";
import { IngredientSchema } from "./ingredient.ts";
import { LineSchema } from "./line.ts";
import { ProductSchema } from "./product.ts";
import { QualitySchema } from "./quality.ts";
import { ShiftSchema } from "./shift.ts";

const SiteSchema = closedObject(
  {
    id: Type.String({ description: "its level in the topic" }),
    name: Type.Optional(name("its name")),
    timezone: Type.Optional(name("IANA time zone, for example Africa/Tunis")),
    shifts: Type.Optional(
      Type.Array(ShiftSchema, {
        minItems: 1,
        description: "when it works, on the clock of its time zone; by default all time is planned",
      }),
    ),
    lines: Type.Array(LineSchema, { minItems: 1, description: "its lines" }),
  },
  { description: "a site" },
);

const BatchIdsSchema = closedObject(
  {
    pattern: Type.String({
      minLength: 1,
      maxLength: 200,
      description: "a regular expression for all of a batch id",
    }),
    example: Type.String({ minLength: 1, maxLength: 64, description: "a batch id that has this form" }),
  },
  { description: "the form of the plant's batch ids; another one is flagged" },
);

/** A plant file: everything a factory is, as data. Field names are those of the file. */
export const PlantDocumentSchema = closedObject(
  {
    plant: Type.Literal(1, { description: "version of the plant file's form" }),
    name: name("the enterprise"),
    gs1: Type.Optional(
      closedObject({
        company_prefix: Type.String({
          pattern: "^[0-9]{6,12}$",
          description: "GS1 company prefix, 6 to 12 digits",
        }),
      }),
    ),
    batch_ids: Type.Optional(BatchIdsSchema),
    ingredients: Type.Optional(Type.Array(IngredientSchema, { description: "what recipes are made of" })),
    products: Type.Array(ProductSchema, { minItems: 1, description: "what the factory makes" }),
    quality: Type.Optional(QualitySchema),
    sites: Type.Array(SiteSchema, { minItems: 1, description: "its sites" }),
  },
  { title: "Plant", description: "Sites, lines, machines, tags, products and recipes of a factory" },
);

/** The plant model, as its YAML file has it (plants/chocolate.yaml). */
export type PlantDocument = Static<typeof PlantDocumentSchema>;
/** A site with its lines, time zone and shifts. */
export type Site = Static<typeof SiteSchema>;
