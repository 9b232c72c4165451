import { Type } from "typebox";
import { closedObject } from "./closed-object.ts";
import { positive } from "./quantity.ts";

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
