import { type Static, type TSchema, type TSchemaOptions, type TUnsafe, Type } from "typebox";

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
