import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { TSchema } from "typebox";
import { validationDetail } from "./validation-detail.ts";

/** A compiled schema: null when the value fits, else what is wrong with it, in one line (validationDetail). */
export type Validator = (value: unknown) => string | null;

/**
 * One compiler for every schema. It stops at the first error, because a message is refused by one as well as by
 * ten and a hostile payload must not buy work; numbers that JSON can't write (1e400) are refused.
 */
const OPTIONS = {
  strict: true,
  // Rules such as "a mass or a number of pieces" name fields that stand one level up.
  strictRequired: false,
  strictNumbers: true,
  allErrors: false,
  allowUnionTypes: true,
  discriminator: true,
  validateFormats: false,
  addUsedSchema: false,
} as const;
const ajv = new Ajv2020(OPTIONS);
/** For a person who looks at one payload: everything that is wrong with it. */
const thoroughAjv = new Ajv2020({ ...OPTIONS, allErrors: true });

/** Compiles a schema as it is published, to find every fault and not only the first. */
export function compileForEveryFault(schema: TSchema): (value: unknown) => readonly ErrorObject[] {
  const validate = thoroughAjv.compile(schema);
  return (value) => (validate(value) ? [] : [...(validate.errors ?? [])]);
}

/**
 * Compiles a schema as it is published, when the first value comes: a command that reads no payload need not wait
 * for twelve schemas.
 */
export function compile(schema: TSchema): Validator {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= ajv.compile(schema);
    return validate(value) ? null : validationDetail(validate.errors ?? [], schema);
  };
}

/** A schema with the parts that are looked at here. */
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/**
 * Compiles a payload schema without its rules for `boot` and `seq`. Both may also come as MQTT 5 user properties
 * and must agree with them, so readIdentity judges them in one place, with a quarantine reason of its own; the
 * published schema keeps the rules for those who read only the payload.
 */
export function compileWithoutIdentity(schema: TSchema): Validator {
  const { dependentRequired: _, ...rules } = schema as Record<string, unknown>;
  const { boot: _boot, seq: _seq, ...properties } = (schema as ObjectSchema).properties ?? {};
  return compile({ ...rules, properties });
}
