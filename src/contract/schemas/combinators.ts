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

/**
 * An array of exactly two. TypeBox's Tuple writes the form of JSON Schema drafts up to 7 (`items` as an array);
 * the contract is published as 2020-12, where it is `prefixItems`.
 */
export function pair<First extends TSchema, Second extends TSchema>(
  first: First,
  second: Second,
  options: TSchemaOptions = {},
): TUnsafe<[Static<First>, Static<Second>]> {
  return Type.Unsafe<[Static<First>, Static<Second>]>({
    type: "array",
    prefixItems: [first, second],
    items: false,
    minItems: 2,
    maxItems: 2,
    ...options,
  });
}

/**
 * One of several objects, told apart by the constant in one of their fields. `discriminator` (the keyword of
 * OpenAPI, understood by Ajv) makes the validator look at that field first: one branch is checked, and an error
 * names what is wrong in that branch instead of everything that is wrong in all of them.
 */
export function discriminatedUnion<const Members extends readonly TSchema[], Envelope = unknown>(
  propertyName: string,
  members: Members,
  options: TSchemaOptions,
): TUnsafe<Envelope & Static<Members[number]>> {
  return Type.Unsafe<Envelope & Static<Members[number]>>({
    type: "object",
    ...options,
    discriminator: { propertyName },
    oneOf: members,
  });
}
