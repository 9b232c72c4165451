import { Type } from "typebox";
import { recordOf } from "../combinators.ts";
import { eventName, text } from "../envelope.ts";
import { mass } from "../lot.ts";
import { BATCH_ID, PRODUCT_TYPE } from "../product.ts";
import { PLAIN_VALUE } from "../value-quality.ts";

/** Levels of the procedural model of ISA-88 below the batch. */
const PROCEDURE_LEVELS = ["unit_procedure", "operation", "phase"] as const;
/** States of a procedural element that are worth a record (ISA-88). */
const PROCEDURE_STATES = ["running", "held", "stopped", "aborted", "complete"] as const;

const RECIPE = Type.Object(
  {
    recipe_id: text("the recipe"),
    version: text("the version of the recipe"),
  },
  { description: "the control recipe the batch runs by" },
);

/** BATCH_START: a batch begins, by which recipe, with how much planned. */
export const batchStart = Type.Object(
  {
    event: eventName("BATCH_START"),
    product_type: PRODUCT_TYPE,
    batch_id: BATCH_ID,
    recipe: Type.Optional(RECIPE),
    order_id: Type.Optional(text("the production order")),
    planned_kg: Type.Optional(mass("how much is to be made")),
  },
  { title: "Batch begins", description: "A batch of a product begins" },
);

/** BATCH_END: a batch is over, with what came of it. */
export const batchEnd = Type.Object(
  {
    event: eventName("BATCH_END"),
    product_type: PRODUCT_TYPE,
    batch_id: BATCH_ID,
    outcome: Type.Optional(
      Type.Enum(["complete", "stopped", "aborted"], { description: "how it ended (ISA-88)" }),
    ),
    produced_kg: Type.Optional(mass("how much was made")),
  },
  { title: "Batch ends", description: "A batch ends" },
);

const values = (description: string) => Type.Optional(recordOf(PLAIN_VALUE, { description }));

/** PHASE: a unit procedure, operation or phase changes its state (ISA-88). */
export const phase = Type.Object(
  {
    event: eventName("PHASE"),
    batch_id: BATCH_ID,
    level: Type.Enum(PROCEDURE_LEVELS, { description: "level of the procedure (ISA-88)" }),
    name: text("the unit procedure, operation or phase, for example dry_conching"),
    state: Type.Enum(PROCEDURE_STATES, { description: "what it went into (ISA-88)" }),
    run: Type.Optional(
      Type.Integer({ minimum: 1, description: "how often it has begun in this batch, from 1" }),
    ),
    set_points: values("what the recipe asks for, by name; the unit ends the name"),
    actual: values("what was reached, by name; the unit ends the name"),
    reason: Type.Optional(text("why it was held, stopped or aborted", 500)),
  },
  { title: "Phase of the recipe", description: "A step of the recipe's procedure changes its state" },
);
