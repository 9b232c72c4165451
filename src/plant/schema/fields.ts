import { type TObject, type TObjectOptions, type TProperties, Type } from "typebox";
import { pair } from "../../contract/schemas/combinators.ts";

/** Any number. */
export function number(description: string) {
  return Type.Number({ description });
}

/** A number above 0. */
export function positive(description: string) {
  return Type.Number({ exclusiveMinimum: 0, description });
}

/** A number from 0. */
export function nonNegative(description: string) {
  return Type.Number({ minimum: 0, description });
}

/** 0 to 100. */
export function percent(description: string) {
  return Type.Number({ minimum: 0, maximum: 100, description });
}

/** 0 to 1. */
export function share(description: string) {
  return Type.Number({ minimum: 0, maximum: 1, description });
}

/** A whole number from 1. */
export function count(description: string) {
  return Type.Integer({ minimum: 1, description });
}

/** A temperature that occurs in a chocolate factory. */
export function celsius(description: string) {
  return Type.Number({ minimum: -50, maximum: 300, description: `${description}, °C` });
}

/** A name for people: 1 to 200 characters. */
export function name(description: string) {
  return Type.String({ minLength: 1, maxLength: 200, description });
}

/** A name for programs: letters, digits and underscores, beginning with a letter; 63 characters at most. */
export const IDENTIFIER_PATTERN = "^[A-Za-z][A-Za-z0-9_]{0,62}$";

/** A material: short, because ids of lots are made of it, which have 80 characters at most. */
export const MATERIAL_PATTERN = "^[a-z][a-z0-9_]{0,23}$";

/** The ends of a range, written [from, to]; checkRanges holds them against each other. */
export function range(description: string) {
  return pair(nonNegative("from"), nonNegative("to"), { description });
}

/** An object that takes no other field than the listed ones: a misspelt name in a plant file is an error. */
export function closedObject<Properties extends TProperties>(
  properties: Properties,
  options: TObjectOptions = {},
): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}
