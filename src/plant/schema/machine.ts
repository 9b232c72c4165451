import { type Static, Type } from "typebox";
import { closedObject, IDENTIFIER_PATTERN, name, positive } from "./fields.ts";
import { MachineSimulationSchema } from "./simulation/machine-simulation.ts";
import { type Tag, TagSchema } from "./tag.ts";

/** What a machine makes at best: the reference of its effectiveness, fixed before anything is measured. */
export const RatedSpeedSchema = closedObject(
  {
    unit: Type.Enum(["pieces", "kg"], { description: "what its counters count" }),
    per_h: positive("so many an hour at best: 3,600,000 ms over ISO 22400's planned run time per item"),
    by_product: Type.Optional(
      Type.Unsafe<Record<string, number>>({
        type: "object",
        additionalProperties: positive("so many an hour of this product"),
        description: "where it differs by product, by product id",
      }),
    ),
  },
  { description: "rated speed" },
);

/** How a machine is drawn on a line's page. A machine without a symbol is drawn as a plain box. */
const MACHINE_SYMBOLS = [
  "dosing",
  "mixing",
  "refining",
  "conching",
  "tempering",
  "depositing",
  "cooling",
  "packaging",
  "tank",
  "oven",
] as const;

/** A machine, that is, a publisher. */
export const MachineSchema = closedObject(
  {
    id: Type.String({ description: "its level in the topic" }),
    step: Type.String({ description: "the step's level in the topic, for example s5_tempering" }),
    name: Type.Optional(name("its name")),
    telemetry_interval_s: Type.Optional(positive("a telemetry message comes so often, s; by default 1")),
    tags: Type.Unsafe<Record<string, Tag>>({
      type: "object",
      propertyNames: { pattern: IDENTIFIER_PATTERN },
      additionalProperties: TagSchema,
      description: "what it measures, by tag name",
    }),
    symbol: Type.Optional(
      Type.Enum(MACHINE_SYMBOLS, {
        description: "how it is drawn on the line's page; by default a plain box",
      }),
    ),
    overview: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 4,
        description: "the tags that say at a glance how it does; by default the first three with limits",
      }),
    ),
    rated: Type.Optional(RatedSpeedSchema),
    v1_tags: Type.Optional(
      Type.Array(Type.String(), { description: "the tags that payload version 1 carries; by default none" }),
    ),
    simulation: Type.Optional(MachineSimulationSchema),
  },
  { description: "a machine" },
);

/** A machine, that is, a publisher: its tags, rated speed and simulation. */
export type Machine = Static<typeof MachineSchema>;
