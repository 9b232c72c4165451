import { type Static, Type } from "typebox";
import { recordOf } from "./combinators.ts";
import { STATE_TS, TS, UNKNOWN_TS_ONLY_OFFLINE, V1_VERSION } from "./envelope.ts";
import { V1_BATCH_ID, V1_OPTIONAL_BATCH_ID, V1_OPTIONAL_PRODUCT_TYPE, V1_PRODUCT_TYPE } from "./product.ts";

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

const V1_STATES = ["ONLINE", "OFFLINE", "RUNNING", "IDLE"] as const;

/** What the seed's machines send as state, retained, and leave behind as their will. */
export const StateV1Schema = Type.Object(
  {
    v: V1_VERSION,
    ts: STATE_TS,
    state: Type.Enum(V1_STATES, { description: "connected, gone, producing, or waiting" }),
    product_type: V1_OPTIONAL_PRODUCT_TYPE,
    batch_id: V1_OPTIONAL_BATCH_ID,
    mode: Type.Optional(
      Type.Unsafe<string | null>({
        type: ["string", "null"],
        description: "the mode the machine runs in, in its own words",
      }),
    ),
  },
  {
    title: "State, version 1",
    description: "What a machine is doing; the last one is retained",
    additionalProperties: true,
    ...UNKNOWN_TS_ONLY_OFFLINE,
  },
);

/** A state of version 1: online, offline, running or idle. */
export type StateV1 = Static<typeof StateV1Schema>;
/** One of the four states of version 1. */
export type V1State = (typeof V1_STATES)[number];

/** What the seed's machines send as quality results. */
export const QualityV1Schema = Type.Object(
  {
    v: V1_VERSION,
    ts: TS,
    product_type: V1_PRODUCT_TYPE,
    batch_id: V1_BATCH_ID,
    results: recordOf(V1_VALUE, { description: "results by name of what was examined" }),
  },
  {
    title: "Quality, version 1",
    description: "Results of examining the product",
    additionalProperties: true,
  },
);

/** A quality result of version 1: passed or not, with parameters that nobody defined. */
export type QualityV1 = Static<typeof QualityV1Schema>;

/** What the seed's line controller sends as batch events. */
export const BatchV1Schema = Type.Object(
  {
    v: V1_VERSION,
    ts: TS,
    event: Type.Enum(["BATCH_START", "BATCH_END"], { description: "what happened to the batch" }),
    product_type: V1_PRODUCT_TYPE,
    batch_id: V1_BATCH_ID,
  },
  { title: "Batch, version 1", description: "A batch begins or ends", additionalProperties: true },
);

/** A batch event of version 1: begin or end. */
export type BatchV1 = Static<typeof BatchV1Schema>;
