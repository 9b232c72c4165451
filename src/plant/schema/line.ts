import { type Static, Type } from "typebox";
import { celsius, closedObject, count, name, nonNegative, percent, positive } from "./fields.ts";
import { MachineSchema } from "./machine.ts";

const HallSchema = closedObject(
  {
    temp_c: celsius("mean over the day"),
    temp_swing_k: nonNegative("half the difference between afternoon and night, K"),
    humidity_pct: percent("mean relative humidity, %"),
    humidity_swing_pct: percent("half the difference between night and afternoon, %"),
    noise_tau_s: positive("how long weather and doors act, s"),
  },
  { description: "the air around the line" },
);
/** The air around a line, by day and night. */
export type Hall = Static<typeof HallSchema>;

const SiloSchema = closedObject(
  {
    capacity_kg: positive("what it holds, kg"),
    reorder_kg: positive("a delivery is asked for below it, kg"),
    delivery_kg: positive("mass of a delivery, kg"),
    temp_c: Type.Optional(celsius("temperature it is kept at")),
  },
  { description: "a silo or tank of an ingredient" },
);
/** A silo or tank of an ingredient: kilograms. */
export type SiloParameters = Static<typeof SiloSchema>;

const TankSchema = closedObject(
  {
    capacity_kg: positive("what it holds, kg"),
    heel_kg: positive("what the pump can't reach, kg"),
    temp_c: celsius("temperature it is kept at"),
  },
  { description: "the storage tank of each product, between conche and temperer" },
);
/** The storage tank of a product, between conche and temperer: kilograms. */
export type TankParameters = Static<typeof TankSchema>;

const ChangeoverSchema = closedObject(
  {
    from: Type.String({ description: "product id" }),
    to: Type.String({ description: "product id" }),
    method: Type.Enum(["dry", "wet", "flush", "push_through", "dismantled"], {
      description: "how it is cleaned",
    }),
    minutes: positive("how long tempering and moulding stand, min"),
    flush_kg: nonNegative("mass of the new product that pushes the old one out, kg"),
    emptied: Type.Boolean({ description: "whether nothing of the old product is left" }),
    verification: Type.Enum(["none", "visual", "swab", "assay"], { description: "how it is checked" }),
    assay: Type.Optional(
      closedObject({
        analyte: name("what is looked for"),
        basis: Type.Enum(["milk", "casein", "milk_protein", "whole_milk_powder"], {
          description: "what the figure counts",
        }),
        limit_mg_kg: positive("action limit, mg/kg"),
        detection_limit_mg_kg: positive("limit of detection, mg/kg"),
        typical_mg_kg: nonNegative("usual result, mg/kg"),
      }),
    ),
  },
  { description: "what is done between two products" },
);
/** The cleaning between two products and its verification. */
export type Changeover = Static<typeof ChangeoverSchema>;

const CampaignSchema = closedObject({
  product: Type.String({ description: "product id" }),
  batches: count("batches of it, one after another"),
});

const ProductionSchema = closedObject(
  {
    sequence: Type.Array(CampaignSchema, {
      minItems: 1,
      description: "the order of products, over and over",
    }),
    changeovers: Type.Array(ChangeoverSchema, {
      description: "one for each pair of products that follow one another",
    }),
    start: closedObject(
      {
        tank_kg: positive("mass in the tank that is being moulded, kg"),
        conche_mixes: nonNegative("mixes of the next batch that are already in the conche"),
        silo_fill_pct: percent("filling of the silos"),
        tunnel_old_share_pct: percent("share of the tunnel that still holds the product before"),
      },
      {
        description:
          "the line as it is when the simulation begins: it runs, and packing is one product behind",
      },
    ),
  },
  { description: "what the simulated line makes" },
);
/** What a simulated line makes, with what state it begins. */
export type Production = Static<typeof ProductionSchema>;

/** A production line. */
export const LineSchema = closedObject(
  {
    id: Type.String({ description: "its level in the topic" }),
    name: Type.Optional(name("its name")),
    hall: Type.Optional(HallSchema),
    silos: Type.Optional(
      Type.Unsafe<Record<string, SiloParameters>>({
        type: "object",
        additionalProperties: SiloSchema,
        description: "silos and tanks by ingredient id",
      }),
    ),
    tank: Type.Optional(TankSchema),
    production: Type.Optional(ProductionSchema),
    constraint: Type.Optional(
      name(
        "id of the machine that gives the line its pace; by default the slowest of those rated in the last one's unit",
      ),
    ),
    machines: Type.Array(MachineSchema, { minItems: 1, description: "its machines" }),
  },
  { description: "a line" },
);

/** A line with its machines; with `production`, one that is simulated. */
export type Line = Static<typeof LineSchema>;

/** What a line needs beside its machines before it can be simulated. */
export const SIMULATION_SECTIONS = ["hall", "silos", "tank", "production"] as const;
