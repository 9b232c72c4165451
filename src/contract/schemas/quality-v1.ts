import { type Static, Type } from "typebox";
import { recordOf } from "./combinators.ts";
import { TS, V1_VERSION } from "./envelope.ts";
import { V1_BATCH_ID, V1_PRODUCT_TYPE } from "./product.ts";
import { V1_VALUE } from "./telemetry-v1.ts";

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
