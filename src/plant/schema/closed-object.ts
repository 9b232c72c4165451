import { type TObject, type TObjectOptions, type TProperties, Type } from "typebox";

/** An object that takes no other field than the listed ones: a misspelt name in a plant file is an error. */
export function closedObject<Properties extends TProperties>(
  properties: Properties,
  options: TObjectOptions = {},
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}
