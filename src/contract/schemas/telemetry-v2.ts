import { type Static, Type } from "typebox";
import { recordOf } from "./combinators.ts";
import { TS, V2_ENVELOPE, V2_RULES, V2_VERSION } from "./envelope.ts";
import { BATCH_ID, PRODUCT_TYPE } from "./product.ts";
import {
  DEVICE_STATUS,
  type DeviceStatus,
  type PlainValue,
  UNIT,
  VALUE_QUALITY,
  type ValueQuality,
} from "./value-quality.ts";

/** A tag's value with what is known about it. */
export interface QualifiedValue {
  /** Null only when there is no value at all; the quality is bad then. */
  value: PlainValue | null;
  quality: ValueQuality;
  status?: DeviceStatus;
  unit?: string;
}

/** A tag's value; a plain one is short for quality good. */
export type TagValue = PlainValue | QualifiedValue;

// One schema with four types instead of a union of two: the keywords for objects apply to objects only, so that a
// plain number, which nearly every value is, costs one comparison, and an error has one line.
const TAG_VALUE = Type.Unsafe<TagValue>({
  type: ["number", "string", "boolean", "object"],
  description:
    "a plain value (of quality good) in the unit that the name ends with; or an object of value and quality",
  properties: {
    value: Type.Unsafe<PlainValue | null>({
      type: ["number", "string", "boolean", "null"],
      description: "the value; null when there is none, with quality bad",
    }),
    quality: VALUE_QUALITY,
    status: DEVICE_STATUS,
    unit: UNIT,
  },
  required: ["value", "quality"],
  if: { type: "object", properties: { value: { type: "null" } } },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
  then: { type: "object", properties: { quality: { const: "bad" } } },
});

/** The payload of a `telemetry` message of version 2. */
export const TelemetryV2Schema = Type.Object(
  {
    v: V2_VERSION,
    ts: TS,
    ...V2_ENVELOPE,
    product_type: Type.Optional(PRODUCT_TYPE),
    batch_id: Type.Optional(BATCH_ID),
    tags: recordOf(TAG_VALUE, { description: "measured values by tag name" }),
  },
  {
    title: "Telemetry, version 2",
    description: "Measured values of one machine at one moment, each with its quality",
    ...V2_RULES,
  },
);

/** Readings of version 2 by tag, each a plain value or one with its quality. */
export type TelemetryV2 = Static<typeof TelemetryV2Schema>;

/** A tag's value in its long form, whichever way it was written. */
export function qualifiedValue(tag: TagValue): QualifiedValue {
  return typeof tag === "object" ? tag : { value: tag, quality: "good" };
}
