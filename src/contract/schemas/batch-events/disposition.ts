import { Type } from "typebox";
import { calendarDay, eventName, text, timestamp } from "../envelope.ts";
import { allergens, LOT_ID, LOTS_OR_UNITS, lotQuantities, mass, pieces, TARGET_FIELDS } from "../lot.ts";
import { PRODUCT_TYPE } from "../product.ts";

/** Where rework comes from. What a detector rejected never becomes rework and so has no word here. */
const REWORK_SOURCES = [
  "start_up",
  "under_weight",
  "over_weight",
  "mis_wrapped",
  "mis_shaped",
  "flush",
  "end_of_run",
] as const;

/** REWORK_CREATED: mass that goes back into production becomes a lot of its own. */
export const reworkCreated = Type.Object(
  {
    event: eventName("REWORK_CREATED"),
    lot_id: LOT_ID,
    product_type: PRODUCT_TYPE,
    source: Type.Enum(REWORK_SOURCES, { description: "where it comes from" }),
    sources: lotQuantities("the lots it was part of"),
    quantity_kg: mass("how much"),
    allergens: allergens("allergens it contains"),
    produced_at: Type.Optional(timestamp("when its oldest part was made")),
    use_by: Type.Optional(calendarDay("last day it may be used")),
    location: Type.Optional(text("where it is kept")),
  },
  {
    title: "Rework lot",
    description: "Good chocolate that did not become a good pack is kept for use in a later batch",
  },
);

/** DISPOSED: lots that leave the factory as something other than food, or not at all. */
export const disposed = Type.Object(
  {
    event: eventName("DISPOSED"),
    lots: lotQuantities("what was disposed of"),
    method: Type.Enum(["waste", "animal_feed", "destroyed", "biogas"], { description: "where it went" }),
    reason: text("why", 500),
    by: Type.Optional(text("the person who did it")),
  },
  { title: "Disposed of", description: "Goods leave the chain for good" },
);

/** REJECTS_COUNTED: a reject bin is emptied and its contents compared with what was rejected. */
export const rejectsCounted = Type.Object(
  {
    event: eventName("REJECTS_COUNTED"),
    bin: text("the reject bin"),
    cause: text("what its contents were rejected for, for example metal, under_weight"),
    counted: pieces("found in the bin"),
    expected: pieces("rejected by the machine since the bin was last emptied"),
    since: Type.Optional(timestamp("when the bin was last emptied")),
    by: Type.Optional(text("the person who counted")),
  },
  {
    title: "Rejects counted",
    description: "The contents of a reject bin are held against what the machine rejected",
  },
);

/** HOLD: lots or units that nobody may use or ship until a RELEASE decides. */
export const hold = Type.Object(
  {
    event: eventName("HOLD"),
    hold_id: text("the hold"),
    ...TARGET_FIELDS,
    reason: text("why", 500),
    made_from: Type.Optional(
      timestamp("begin of the production it covers, for example the last good detector test"),
    ),
    made_until: Type.Optional(timestamp("end of the production it covers")),
    by: text("the person or device that put it on hold"),
  },
  { title: "Hold", description: "Goods may not be used, moved on or shipped", ...LOTS_OR_UNITS },
);

/** RELEASE: what becomes of goods on hold, or the positive release of a lot that was received. */
export const release = Type.Object(
  {
    event: eventName("RELEASE"),
    hold_id: Type.Optional(
      text("the hold that ends; absent in a positive release of a lot that was received"),
    ),
    ...TARGET_FIELDS,
    decision: Type.Enum(["released", "rework", "rejected"], { description: "what becomes of it" }),
    reason: text("on what grounds: result, certificate, deviation closed", 500),
    by: text("the person who decided"),
  },
  {
    title: "Release",
    description: "The decision over goods that were on hold or waited for it",
    ...LOTS_OR_UNITS,
  },
);
