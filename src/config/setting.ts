import { type TSchemaOptions, Type } from "typebox";

/** How a setting is read from text, and what is done with it afterwards. */
export type SettingKind =
  | "text"
  /** A broker's address: shown without user and password, however it is broken. */
  | "address"
  /** A file or folder; becomes absolute, relative to the folder of what named it. */
  | "path"
  | "integer"
  | "number"
  | "boolean"
  /** Words separated by commas (in the file also a YAML list). */
  | "list"
  /** An ISO 8601 time stamp with a zone; becomes milliseconds since 1970. */
  | "time"
  /** A length of time as `12h` or `3d`; becomes milliseconds. */
  | "span";

/** What a setting is called and how it is explained; flag, environment twin and file key follow from the name. */
export interface SettingDetails {
  /** The key in the configuration file; `--<name>` is the flag and `CONCHE_<NAME>` the environment twin. */
  readonly name: string;
  readonly kind: SettingKind;
  /** What stands for the value in help texts (`PORT`); nothing for a switch. */
  readonly argument?: string;
  /** One line for help texts and docs, with the unit. */
  readonly help: string;
  /** What a usable value is, to follow "must be". */
  readonly expected: string;
  /** The default in words, where the value itself would say little. */
  readonly defaultText?: string;
  /** Never shown, not even when wrong. A secret has no flag: command lines are visible to every local user. */
  readonly secret?: true;
  /** Can't stand in the configuration file. */
  readonly notInFile?: true;
  /** The word that switches it off where a value stands otherwise. */
  readonly offWord?: string;
  /** A relative default starts from the package instead of the working folder. */
  readonly packaged?: true;
}

/** Under this key a leaf of the configuration schema carries its {@link SettingDetails}. */
export const SETTING_KEY = "conche";

type Details = Omit<SettingDetails, "kind" | "expected"> & Partial<Pick<SettingDetails, "expected">>;

function options(kind: SettingKind, expected: string, details: Details, byDefault: unknown): TSchemaOptions {
  return { default: byDefault, [SETTING_KEY]: { expected, ...details, kind } satisfies SettingDetails };
}

/** Text of at least one character. */
export function text(details: Details & { readonly pattern?: string }, byDefault: string) {
  const { pattern, ...rest } = details;
  return Type.String({
    minLength: 1,
    ...(pattern === undefined ? {} : { pattern }),
    ...options("text", "at least one character", rest, byDefault),
  });
}

/** Text, or null when it isn't given. */
export function optionalText(details: Details & { readonly pattern?: string }) {
  const { pattern, ...rest } = details;
  const some = Type.String({ minLength: 1, ...(pattern === undefined ? {} : { pattern }) });
  return Type.Union([some, Type.Null()], options("text", "at least one character", rest, null));
}

/** A broker's address with one of these schemes, or null when it isn't given. */
export function optionalAddress(details: Details, schemes: readonly string[]) {
  const some = Type.String({ minLength: 1, pattern: `^(${schemes.join("|")})://` });
  const expected = `an address such as mqtt://host:1883 or mqtts://host:8883`;
  return Type.Union([some, Type.Null()], options("address", expected, details, null));
}

/** No file system takes a NUL character in a name; and an address at the place of a path may hold a password. */
const PATH_PATTERN = "^(?!.*://)[^\\u0000]+$";

/** A file or folder; absolute in the configuration. */
export function path(details: Details, byDefault: string) {
  return Type.String({ pattern: PATH_PATTERN, ...options("path", "a path", details, byDefault) });
}

/** A file or folder, or null when it isn't given. */
export function optionalPath(details: Details) {
  return Type.Union(
    [Type.String({ pattern: PATH_PATTERN }), Type.Null()],
    options("path", "a path", details, null),
  );
}

/** A whole number within bounds, both included. */
export function integer(details: Details, minimum: number, maximum: number, byDefault: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return Type.Integer({ minimum, maximum, ...options("integer", expected, details, byDefault) });
}

/** A whole number within bounds, or null when it isn't given. */
export function optionalInteger(details: Details, minimum: number, maximum: number) {
  const off = details.offWord === undefined ? "" : `, or ${details.offWord}`;
  const expected = `a whole number from ${minimum} to ${maximum}${off}`;
  return Type.Union(
    [Type.Integer({ minimum, maximum }), Type.Null()],
    options("integer", expected, details, null),
  );
}

/** A number above 0, up to and including a maximum. */
export function positive(details: Details, maximum: number, byDefault: number) {
  const expected = `a number above 0, at most ${maximum}`;
  return Type.Number({ exclusiveMinimum: 0, maximum, ...options("number", expected, details, byDefault) });
}

/** A number above 0, or null when it isn't given. */
export function optionalPositive(details: Details, maximum: number) {
  const expected = `a number above 0, at most ${maximum}`;
  const some = Type.Number({ exclusiveMinimum: 0, maximum });
  return Type.Union([some, Type.Null()], options("number", expected, details, null));
}

/** A switch that is off unless it is given. */
export function switchedOn(details: Details) {
  return Type.Boolean(options("boolean", "true or false", details, false));
}

/** Words that each match a pattern; none by default. */
export function list(details: Details & { readonly pattern: string }) {
  const { pattern, ...rest } = details;
  return Type.Array(Type.String({ pattern }), options("list", "a list separated by commas", rest, []));
}

/** A moment in milliseconds since 1970, or null when it isn't given. */
export function optionalTime(details: Details) {
  const expected = "a time such as 2026-01-11T08:00:00Z";
  return Type.Union([Type.Integer(), Type.Null()], options("time", expected, details, null));
}

/** A length of time in milliseconds, or null where it is switched off. */
export function span(details: Details & { readonly offWord: string }, mostMs: number, byDefaultMs: number) {
  const expected = `a time span such as 12h or 3d, or ${details.offWord}`;
  const some = Type.Integer({ minimum: 1, maximum: mostMs });
  return Type.Union([some, Type.Null()], options("span", expected, details, byDefaultMs));
}

/** One of a few words. */
export function choice<const Values extends readonly string[]>(
  details: Details,
  values: Values,
  byDefault: Values[number],
) {
  const expected = values.join(" or ");
  return Type.Enum(values, options("text", expected, details, byDefault));
}

/** One of a few whole numbers. */
export function numberChoice<const Values extends readonly number[]>(
  details: Details,
  values: Values,
  byDefault: Values[number],
) {
  const expected = values.join(" or ");
  return Type.Enum(values, options("integer", expected, details, byDefault));
}
