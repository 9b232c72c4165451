import { type Static, Type } from "typebox";
import { closedObject, count, IDENTIFIER_PATTERN, name, number, positive } from "./fields.ts";

/** Control charts of a characteristic; monitor/quality says how each is worked out. */
export const CHART_KINDS = ["xbar_r", "xbar_s", "imr", "ewma", "cusum"] as const;
/** Rules by which a chart gives signals. */
export const RULE_SET_NAMES = ["limits", "western_electric", "nelson"] as const;
/** What is done when values hang together from one to the next. */
export const TREATMENTS = ["none", "subsample", "residuals"] as const;

const BOUNDS = {
  lower: Type.Optional(number("lower specification limit, in the results' unit")),
  upper: Type.Optional(number("upper specification limit, in the results' unit")),
};

const BoundsSchema = closedObject(BOUNDS, { description: "limits that hold for one product" });
/** Specification limits of one product, in the results' unit. */
export type SpecificationBounds = Static<typeof BoundsSchema>;

/** How one characteristic is judged. */
const CharacteristicSchema = closedObject(
  {
    characteristic: name("the characteristic, as quality messages name it"),
    machine: Type.Optional(name("id of the machine that examines it; by default any")),
    chart: Type.Optional(
      Type.Enum(["none", ...CHART_KINDS], {
        description:
          "the control chart; none where the value follows the course of a batch or is a mean already; by default xbar_r, and imr for single values and for nozzles side by side",
      }),
    ),
    rules: Type.Optional(
      Type.Enum(RULE_SET_NAMES, {
        description: "the rules by which it gives signals; by default western_electric",
      }),
    ),
    every_s: Type.Optional(
      positive("at most one sample in so much time is charted, s; by default 480 where they come more often"),
    ),
    limits_from: Type.Optional(
      Type.String({
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        description:
          "control limits are worked out from the samples since then, UTC; by default from the first ones kept",
      }),
    ),
    limits_samples: Type.Optional(count("from so many samples; by default 100")),
    treatment: Type.Optional(
      Type.Enum(TREATMENTS, {
        description:
          "what is done about values that hang together from one to the next; by default residuals where they do",
      }),
    ),
    net_content: Type.Optional(
      Type.Boolean({
        description: "whether it is the weight of the pack's content (76/211/EEC); by default not",
      }),
    ),
    gate_lower: Type.Optional(
      number(
        "pieces below it are rejected after they were weighed, and don't reach the market; in the results' unit",
      ),
    ),
    ...BOUNDS,
    by_product: Type.Optional(
      Type.Unsafe<Record<string, SpecificationBounds>>({
        type: "object",
        propertyNames: { pattern: IDENTIFIER_PATTERN },
        additionalProperties: BoundsSchema,
        description: "limits that differ by product, by product id",
      }),
    ),
  },
  { description: "how a characteristic is judged" },
);
/** How a characteristic is judged: limits, chart and treatment. */
export type CharacteristicDefinition = Static<typeof CharacteristicSchema>;

/** How the product is judged: everything has a default. */
export const QualitySchema = closedObject(
  { characteristics: Type.Array(CharacteristicSchema, { description: "how characteristics are judged" }) },
  { description: "control charts, specification limits and net content" },
);
