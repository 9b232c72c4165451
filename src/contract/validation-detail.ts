import type { ErrorObject } from "ajv/dist/2020.js";
import type { TSchema } from "typebox";
import { BOOT_PATTERN } from "./identity.ts";
import { DATE_PATTERN, TIMESTAMP_PATTERN } from "./schemas/envelope.ts";
import { BATCH_ID_PATTERN, BATCH_NAME_PATTERN, PRODUCT_ID_PATTERN } from "./schemas/product.ts";
import { UNKNOWN_TS } from "./timestamp.ts";

/** The longest detail that is kept: a line, not a payload. */
export const DETAIL_LIMIT = 500;

/** The part of a union's schema that is looked at here. */
interface UnionSchema {
  readonly oneOf?: readonly {
    readonly properties?: Readonly<Record<string, { readonly const?: unknown }>>;
  }[];
}

const TIMESTAMP_WORDS = "must be an ISO 8601 time with offset or Z, as 2026-01-11T08:30:00.250+01:00";
/** What a pattern asks for, in words; a regular expression helps nobody at three in the morning. */
const PATTERN_WORDS: ReadonlyMap<string, string> = new Map([
  [`^${TIMESTAMP_PATTERN}$`, TIMESTAMP_WORDS],
  [`^(${UNKNOWN_TS}|${TIMESTAMP_PATTERN})$`, TIMESTAMP_WORDS],
  [DATE_PATTERN, "must be a day as 2026-01-11"],
  [BATCH_ID_PATTERN, "must be a batch id as B20260111-DA-0042"],
  [BATCH_NAME_PATTERN, "must be a batch id: 1 to 64 letters, digits and . _ : / # + -, as B20260111-DA-0042"],
  [PRODUCT_ID_PATTERN, "must be a product id: 1 to 63 letters, digits and . _ -, as dark"],
  [BOOT_PATTERN.source, "must be 8 to 64 characters of [0-9A-Za-z_-]"],
]);

/** What is wrong with a payload, in one line that begins with the JSON path: `/tags/temp_c must be number or string`. */
export function validationDetail(errors: readonly ErrorObject[], schema: TSchema): string {
  const first = errors[0];
  if (first === undefined) return "breaks its schema";
  const alternatives = errors.find((error) => error.keyword === "anyOf");
  if (alternatives !== undefined) return oneLine(alternatives.instancePath, oneOfFields(errors));
  if (first.keyword === "required")
    return oneLine(`${first.instancePath}/${first.params.missingProperty}`, "is required");
  if (first.keyword === "discriminator") {
    return oneLine(
      `${first.instancePath}/${first.params.tag}`,
      `must be one of ${wordsOf(schema, first.params.tag).join(", ")}`,
    );
  }
  const pattern = first.keyword === "type" ? patternBeside(schema, first.schemaPath) : undefined;
  const words = PATTERN_WORDS.get(pattern ?? "");
  if (words !== undefined) return oneLine(first.instancePath, words.replace("must be", "must be text:"));
  return oneLine(first.instancePath, requirement(first));
}

/** The pattern that text would have to match, where something else than text came: it says more than "string". */
function patternBeside(schema: TSchema, schemaPath: string): string | undefined {
  const steps = schemaPath.replace(/^#\//, "").split("/").slice(0, -1);
  const found = steps.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    schema,
  );
  const { pattern } = (found ?? {}) as { readonly pattern?: unknown };
  return typeof pattern === "string" ? pattern : undefined;
}

/** The words by which a discriminated union tells its members apart; every such union stands at the root. */
function wordsOf(schema: UnionSchema, propertyName: string): unknown[] {
  return (schema.oneOf ?? []).map((member) => member.properties?.[propertyName]?.const);
}

function requirement(error: ErrorObject): string {
  switch (error.keyword) {
    case "type":
      return `must be ${[error.params.type].flat().join(" or ")}`;
    case "enum":
      return `must be one of ${error.params.allowedValues.join(", ")}`;
    case "const":
      return `must be ${JSON.stringify(error.params.allowedValue)}`;
    case "pattern":
      return PATTERN_WORDS.get(error.params.pattern) ?? `must match ${error.params.pattern}`;
    default:
      return error.message ?? `breaks the rule ${error.keyword}`;
  }
}

/** For rules of the form "this field or that one". */
function oneOfFields(errors: readonly ErrorObject[]): string {
  const missing = errors
    .filter((error) => error.keyword === "required")
    .map((error) => error.params.missingProperty);
  return `needs ${missing.join(" or ")}`;
}

/** Names in a payload are the sender's: no control characters and no megabytes in logs and tables. */
export function oneLine(path: string, problem: string): string {
  const line = `${path === "" ? "the payload" : path} ${problem}`.replace(/\p{C}/gu, "\u{fffd}");
  return line.length <= DETAIL_LIMIT ? line : `${line.slice(0, DETAIL_LIMIT - 1)}…`;
}
