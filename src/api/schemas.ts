import { type TSchema, Type } from "typebox";
import { LEVEL_PATTERN, STEP_PATTERN } from "../contract/topic.ts";

/** A value, or null where there is none. */
export function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

const level = (description: string) =>
  Type.Optional(Type.String({ pattern: LEVEL_PATTERN.source, maxLength: 63, description }));

/** The query parameters that choose by the levels of the topic. */
export const LEVELS = {
  site: level("As tunis-01"),
  line: level("As line-a"),
  step: Type.Optional(
    Type.String({ pattern: STEP_PATTERN.source, maxLength: 63, description: "As s5_tempering" }),
  ),
  machine: level("As temper-01"),
};
