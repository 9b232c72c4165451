import { type Static, Type } from "typebox";
import { ALARM_PRIORITIES } from "../../contract/schemas/alarm-v2.ts";
import { pair } from "../../contract/schemas/combinators.ts";
import { closedObject, name, nonNegative, number } from "./fields.ts";

const LIMITS = {
  min: Type.Optional(number("lowest value of normal running, in the tag's unit")),
  max: Type.Optional(number("highest value of normal running, in the tag's unit")),
  alarm_low: Type.Optional(number("an alarm is raised below it, in the tag's unit")),
  alarm_high: Type.Optional(number("an alarm is raised above it, in the tag's unit")),
};

const TagLimitsSchema = closedObject(LIMITS, { description: "limits that hold for one product" });

/** Limits of a tag, in its unit; a missing one isn't watched. */
export type TagLimits = Static<typeof TagLimitsSchema>;

const AlarmSchema = closedObject(
  {
    code: Type.Optional(
      Type.String({
        pattern: "^[A-Z][A-Z0-9_]{0,62}$",
        description: "the alarm's code; by default the tag's name with _LOW or _HIGH",
      }),
    ),
    priority: Type.Optional(
      Type.Enum(ALARM_PRIORITIES, { description: "how soon a person must act (ISA-18.2); by default low" }),
    ),
    delay_s: Type.Optional(nonNegative("how long the limit must be passed before the alarm is raised, s")),
    deadband: Type.Optional(
      nonNegative("how far the value must come back before the alarm is cleared, in the tag's unit"),
    ),
    always: Type.Optional(
      Type.Boolean({ description: "whether it is watched while the machine stands, too; by default not" }),
    ),
    action: Type.Optional(name("what the operator should do")),
  },
  { description: "how the alarm limits of the tag are watched" },
);

/** What a machine measures or reports under one name. */
export const TagSchema = closedObject(
  {
    unit: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: "unit as written: °C, kg, µm; none for words",
      }),
    ),
    description: Type.Optional(name("what it is")),
    label: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 24,
        description: "a word or two for a display; by default made from the tag's name",
      }),
    ),
    decimals: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 9, description: "decimals it is reported with; by default 2" }),
    ),
    values: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 80 }), {
        minItems: 1,
        description: "the words it can take, for a tag that isn't a number",
      }),
    ),
    ...LIMITS,
    possible: Type.Optional(
      pair(number("from"), number("to"), {
        description: "what the instrument can show, in the tag's unit; by default ten times the limits",
      }),
    ),
    alarm: Type.Optional(AlarmSchema),
    by_product: Type.Optional(
      Type.Unsafe<Record<string, TagLimits>>({
        type: "object",
        additionalProperties: TagLimitsSchema,
        description: "limits that differ by product, by product id",
      }),
    ),
  },
  { description: "a tag" },
);

/** A measured value of a machine: unit, decimals, limits, alarm, possible range. */
export type Tag = Static<typeof TagSchema>;

const KINDS = ["min", "max", "alarm_low", "alarm_high"] as const;

/** The limits of a tag while a product is being made: the product's own over the tag's. */
export function limitsFor(tag: Tag, product: string | undefined): TagLimits {
  const own = product === undefined ? undefined : tag.by_product?.[product];
  const limits: { -readonly [Kind in keyof TagLimits]: TagLimits[Kind] } = {};
  for (const kind of KINDS) {
    const value = own?.[kind] ?? tag[kind];
    if (value !== undefined) limits[kind] = value;
  }
  return limits;
}
