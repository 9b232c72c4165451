import { type Static, type TSchema, type TSchemaOptions, type TUnsafe, Type } from "typebox";

/**
 * An object with free names and values of one schema. TypeBox's own Record writes a pattern that matches every
 * name; `additionalProperties` says the same without a regular expression per name on the hot path.
 */
export function recordOf<Value extends TSchema>(
  value: Value,
  options: TSchemaOptions,
): TUnsafe<Record<string, Static<Value>>> {
  return Type.Unsafe<Record<string, Static<Value>>>({
    type: "object",
    additionalProperties: value,
    ...options,
  });
}
