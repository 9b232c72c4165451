import { type Static, Type } from "typebox";
import { limitChanged, maintained, recipeChanged } from "./batch-events/change.ts";
import { disposed, hold, rejectsCounted, release, reworkCreated } from "./batch-events/disposition.ts";
import { calibrated, cleaned, detectorTest, deviation } from "./batch-events/food-safety.ts";
import { aggregated, disaggregated, returned, shipped } from "./batch-events/logistics.ts";
import {
  lotBoundary,
  lotCreated,
  lotReceived,
  materialLoaded,
  siloToppedUp,
  stockCounted,
  transferred,
  transformed,
} from "./batch-events/material.ts";
import { batchEnd, batchStart, phase } from "./batch-events/procedure.ts";
import { discriminatedUnion } from "./combinators.ts";
import { CORRECTS, TS, text, V2_ENVELOPE, V2_RULES, V2_VERSION, type V2Envelope } from "./envelope.ts";
import { BATCH_ID, PRODUCT_TYPE } from "./product.ts";

const BATCH_EVENTS = [
  batchStart,
  batchEnd,
  phase,
  lotReceived,
  lotCreated,
  siloToppedUp,
  materialLoaded,
  transformed,
  transferred,
  lotBoundary,
  stockCounted,
  aggregated,
  disaggregated,
  shipped,
  returned,
  reworkCreated,
  disposed,
  rejectsCounted,
  hold,
  release,
  cleaned,
  detectorTest,
  deviation,
  calibrated,
  recipeChanged,
  limitChanged,
  maintained,
] as const;

/** The fields that every batch event has. */
interface BatchFields extends V2Envelope {
  product_type?: string;
  batch_id?: string;
  comment?: string;
  corrects?: Static<typeof CORRECTS>;
}

/**
 * Everything that happens to material and to what is known about it: the batch and its phases (ISA-88), lots and
 * their genealogy, cases and pallets, decisions over goods, food safety records, changes of limits and recipes.
 */
export const BatchV2Schema = discriminatedUnion<typeof BATCH_EVENTS, BatchFields>("event", BATCH_EVENTS, {
  title: "Batch, version 2",
  description: "Something happened to a batch, a lot, a logistic unit, or to what they are judged by",
  required: ["v", "ts", "event"],
  properties: {
    v: V2_VERSION,
    ts: TS,
    ...V2_ENVELOPE,
    product_type: Type.Optional(PRODUCT_TYPE),
    batch_id: Type.Optional(BATCH_ID),
    comment: Type.Optional(text("what a person adds", 1000)),
    corrects: CORRECTS,
  },
  ...V2_RULES,
});

/** A batch event: procedure (ISA-88), genealogy (EPCIS), food safety and change, told by its `event`. */
export type BatchV2 = Static<typeof BatchV2Schema>;
/** The name of a batch event, as BATCH_START. */
export type BatchEvent = BatchV2["event"];
/** The message of one kind of event. */
export type BatchEventOf<Event extends BatchEvent> = Extract<BatchV2, { event: Event }>;
