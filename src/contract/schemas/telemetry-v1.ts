import { type Static, Type } from "typebox";
import { recordOf } from "./combinators.ts";
import { TS, V1_VERSION } from "./envelope.ts";
import { V1_BATCH_ID, V1_PRODUCT_TYPE } from "./product.ts";

/** A measured value of version 1: a number in the unit its name ends with, or a word. */
export const V1_VALUE = Type.Unsafe<number | string>({
  type: ["number", "string"],
  description: "a number in the unit that the name ends with (temp_c, weight_kg), or a word (scale_status)",
});

/** What the seed's machines send as telemetry. */
export const TelemetryV1Schema = Type.Object(
  {
    v: V1_VERSION,
    ts: TS,
    product_type: V1_PRODUCT_TYPE,
    batch_id: V1_BATCH_ID,
    tags: recordOf(V1_VALUE, { description: "measured values by tag name" }),
  },
  {
    title: "Telemetry, version 1",
    description: "Measured values of one machine at one moment",
    additionalProperties: true,
  },
);

/** Readings of version 1 by tag: a number in the unit that the name ends with, or a word. */
export type TelemetryV1 = Static<typeof TelemetryV1Schema>;
