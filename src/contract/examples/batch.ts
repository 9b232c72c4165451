import type { BatchV2 } from "../schemas/batch-v2.ts";
import type { BatchV1 } from "../schemas/version-1.ts";
import { FOOD_SAFETY_EXAMPLES } from "./batch-food-safety.ts";
import { GENEALOGY_EXAMPLES } from "./batch-genealogy.ts";
import { BOOT, LINE, type PayloadExample } from "./example.ts";

const CONTROLLER = `factory/${LINE}/s0_batch/line-controller/batch`;

/** Version 1 batch events, for the contract's documents and the tests. */
export const BATCH_V1_EXAMPLES: readonly PayloadExample<BatchV1>[] = [
  {
    name: "start",
    topic: CONTROLLER,
    summary: "a batch begins",
    payload: {
      ts: "2026-01-11T08:00:01+00:00",
      event: "BATCH_START",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    },
  },
  {
    name: "end",
    topic: CONTROLLER,
    summary: "a batch ends",
    payload: {
      ts: "2026-01-11T16:00:01+00:00",
      event: "BATCH_END",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    },
  },
];

const PROCEDURE_EXAMPLES: readonly PayloadExample<BatchV2>[] = [
  {
    name: "start",
    topic: CONTROLLER,
    summary: "a batch begins, by a version of a recipe, for an order",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 1,
      ts: "2026-01-11T08:00:01Z",
      event: "BATCH_START",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      recipe: { recipe_id: "dark-55", version: "7" },
      order_id: "PO-118204",
      planned_kg: 6000,
    },
  },
  {
    name: "phase",
    topic: `factory/${LINE}/s4_conching/conche-01/batch`,
    summary: "dry conching is over",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 204,
      ts: "2026-01-11T14:10:00Z",
      event: "PHASE",
      batch_id: "B20260111-DA-0042",
      level: "phase",
      name: "dry_conching",
      state: "complete",
      set_points: { temp_c: 75, duration_h: 6 },
      actual: { temp_c: 74.6, duration_h: 6.1, moisture_pct: 0.78 },
    },
  },
  {
    name: "end",
    topic: CONTROLLER,
    summary: "the batch is complete",
    payload: {
      v: 2,
      boot: BOOT,
      seq: 96,
      ts: "2026-01-11T23:40:00Z",
      event: "BATCH_END",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      outcome: "complete",
      produced_kg: 5940.2,
    },
  },
];

/** At least one message for each batch event of version 2. */
export const BATCH_V2_EXAMPLES: readonly PayloadExample<BatchV2>[] = [
  ...PROCEDURE_EXAMPLES,
  ...GENEALOGY_EXAMPLES,
  ...FOOD_SAFETY_EXAMPLES,
];
