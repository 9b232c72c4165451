import { type Static, Type } from "typebox";
import { TS, V1_VERSION } from "./envelope.ts";
import { V1_BATCH_ID, V1_PRODUCT_TYPE } from "./product.ts";

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
