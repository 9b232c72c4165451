import { type TSchema, Type } from "typebox";
import { LEVEL_PATTERN, STEP_PATTERN } from "../contract/topic.ts";

/** A value, or null where there is none. */
export function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

const level = (description: string) =>
  Type.String({ pattern: LEVEL_PATTERN.source, maxLength: 63, description });

/** The path parameters that name one machine. */
export const ADDRESS = {
  site: level("As tunis-01"),
  line: level("As line-a"),
  step: Type.String({ pattern: STEP_PATTERN.source, maxLength: 63, description: "As s5_tempering" }),
  machine: level("As temper-01"),
};

/** The query parameters that choose by the levels of the topic. */
export const LEVELS = {
  site: Type.Optional(ADDRESS.site),
  line: Type.Optional(ADDRESS.line),
  step: Type.Optional(ADDRESS.step),
  machine: Type.Optional(ADDRESS.machine),
};

/** `<site>/<line>/<step>/<machine>` */
export function keyOfAddress(address: {
  readonly site: string;
  readonly line: string;
  readonly step: string;
  readonly machine: string;
}): string {
  return `${address.site}/${address.line}/${address.step}/${address.machine}`;
}

/** What was asked for and isn't there. */
export const UNKNOWN = Type.Array(Type.String(), {
  description:
    "Where nothing was found: what of the question the log has never heard of, and what may have been meant",
});
