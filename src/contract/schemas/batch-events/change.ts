import { Type } from "typebox";
import { eventName, machineKey, text, timestamp } from "../envelope.ts";
import { type PlainValue, UNIT } from "../value-quality.ts";

const side = (description: string) =>
  Type.Unsafe<PlainValue | null>({ type: ["number", "string", "boolean", "null"], description });

const CHANGE = Type.Object(
  {
    parameter: text("what was changed"),
    from: side("the value before, in the given unit; null when there was none"),
    to: side("the value after, in the given unit; null when it was removed"),
    unit: Type.Optional(UNIT),
  },
  { description: "one changed value" },
);

const WHO_WHEN_WHY = {
  changes: Type.Array(CHANGE, { minItems: 1, maxItems: 1000, description: "what was changed" }),
  version: text("the version from now on"),
  previous_version: Type.Optional(text("the version before")),
  effective_at: Type.Optional(timestamp("when it takes effect, if not at once")),
  by: text("the person who changed it"),
  approved_by: Type.Optional(text("the person who approved it")),
  reason: text("why", 500),
};

/** RECIPE_CHANGED: who changed which recipe, when and why. */
export const recipeChanged = Type.Object(
  {
    event: eventName("RECIPE_CHANGED"),
    recipe_id: text("the recipe"),
    ...WHO_WHEN_WHY,
  },
  { title: "Recipe changed", description: "Who changed what in a recipe, when and why" },
);

/** LIMIT_CHANGED: who changed which limit of a machine, from what to what. */
export const limitChanged = Type.Object(
  {
    event: eventName("LIMIT_CHANGED"),
    limit_id: text("the limit, for example s5_tempering temp_c high"),
    target: Type.Optional(machineKey("the machine it is for, when it is another one")),
    tag: Type.Optional(text("the tag it is for")),
    ...WHO_WHEN_WHY,
  },
  { title: "Limit changed", description: "Who changed which alarm or specification limit, when and why" },
);

/** MAINTAINED: work on a part of a machine. */
export const maintained = Type.Object(
  {
    event: eventName("MAINTAINED"),
    part: text("what was worked on, for example roll 5"),
    work: Type.Enum(["inspected", "adjusted", "lubricated", "repaired", "replaced", "reground"], {
      description: "what was done",
    }),
    running_hours_h: Type.Optional(
      Type.Number({ minimum: 0, description: "running time of the part until then, hours" }),
    ),
    order_id: Type.Optional(text("the maintenance order")),
    by: text("the person who did it"),
  },
  { title: "Maintained", description: "Work on a machine that changes how it behaves" },
);
