import { type Static, Type } from "typebox";
import { TS, V1_VERSION } from "./envelope.ts";
import { V1_BATCH_ID, V1_PRODUCT_TYPE } from "./product.ts";

const detail = (description: string) =>
  Type.Optional(
    Type.Unsafe<number | string | boolean | null>({
      type: ["number", "string", "boolean", "null"],
      description,
    }),
  );

/** What the seed's machines send as an alarm: that it came, never that it went. */
export const AlarmV1Schema = Type.Object(
  {
    v: V1_VERSION,
    ts: TS,
    severity: Type.String({ description: "how bad it is, in the machine's own words" }),
    code: Type.Unsafe<string | number>({
      type: ["string", "number"],
      description: "the machine's code of the alarm, for example TEMP_OUT_OF_RANGE",
    }),
    message: Type.String({ description: "the alarm in words" }),
    product_type: V1_PRODUCT_TYPE,
    batch_id: V1_BATCH_ID,
    value: detail("the value that raised it, in the tag's unit"),
    limit: detail("the limit that was passed, in the tag's unit"),
  },
  {
    title: "Alarm, version 1",
    description: "Something at a machine needs attention",
    additionalProperties: true,
  },
);

/** An alarm of version 1: raised, and never said to be over. */
export type AlarmV1 = Static<typeof AlarmV1Schema>;
