import { Type } from "typebox";

/** The field that tells the batch events apart. */
export function eventName<const Name extends string>(name: Name) {
  return Type.Literal(name, { description: "what happened" });
}
