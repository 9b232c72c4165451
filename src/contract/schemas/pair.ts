import { type Static, type TSchema, type TSchemaOptions, type TUnsafe, Type } from "typebox";

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
