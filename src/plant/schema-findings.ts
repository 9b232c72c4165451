import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { TSchema } from "typebox";
import type { FilePath, Finding } from "./finding.ts";
import { PlantDocumentSchema } from "./schema/plant-document.ts";

/** What breaks a schema in a document, each finding with its place. */
export type FindBreaches = (document: unknown) => Finding[];

/**
 * Unlike the contract's compiler it collects every error: a person reads them, once. For the same reason it compiles
 * at the first document and without ajv's optimiser, which costs more than one reading saves.
 */
export function findingsBy(schema: TSchema): FindBreaches {
  let validate: ValidateFunction | undefined;
  return (document) => {
    validate ??= new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: true,
      strictTypes: false,
      strictNumbers: true,
      discriminator: true,
      addUsedSchema: false,
      code: { optimize: false },
    }).compile(schema);
    return validate(document) ? [] : (validate.errors ?? []).flatMap(findingOf);
  };
}

/** What breaks the plant schema. */
export const schemaFindings: FindBreaches = findingsBy(PlantDocumentSchema);

function findingOf(error: ErrorObject): Finding[] {
  const path = pathOf(error.instancePath);
  const problem = problemOf(error);
  return problem === null ? [] : [{ path: [...path, ...lastPart(error)], problem }];
}

/**
 * JSON Pointer (RFC 6901) to path. Digits are taken as a position in a list: a name of digits only can stand in no
 * plant file without being a finding itself.
 */
function pathOf(pointer: string): FilePath {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((token) => (/^[0-9]+$/.test(token) ? Number(token) : token));
}

/** A missing or an unknown field is reported at the field itself. */
function lastPart(error: ErrorObject): string[] {
  switch (error.keyword) {
    case "required":
      return [error.params.missingProperty];
    case "additionalProperties":
      return [error.params.additionalProperty];
    case "discriminator":
      return [error.params.tag];
    case "propertyNames":
      return [error.params.propertyName];
    default:
      return [];
  }
}

function problemOf(error: ErrorObject): string | null {
  switch (error.keyword) {
    case "required":
      return "is missing";
    case "additionalProperties":
      return `is not known here; known are ${Object.keys(error.parentSchema?.properties ?? {}).join(", ")}`;
    case "type":
      return `must be ${wordOf(error.params.type)}, not ${shown(error.data)}`;
    case "enum":
      return `must be one of ${error.params.allowedValues.join(", ")}, not ${shown(error.data)}`;
    case "minProperties":
      return `must have at least ${error.params.limit} of ${Object.keys(error.parentSchema?.properties ?? {}).join(", ")}`;
    case "const":
      return `must be ${JSON.stringify(error.params.allowedValue)}, not ${shown(error.data)}`;
    case "discriminator":
      return `must be one of ${modelNames(error).join(", ")}, not ${shown(error.params.tagValue)}`;
    case "minimum":
      return `must be at least ${error.params.limit}, not ${shown(error.data)}`;
    case "maximum":
      return `must be at most ${error.params.limit}, not ${shown(error.data)}`;
    case "exclusiveMinimum":
      return `must be greater than ${error.params.limit}, not ${shown(error.data)}`;
    case "minItems":
      return `must have at least ${error.params.limit} ${error.params.limit === 1 ? "entry" : "entries"}`;
    case "maxItems":
    case "items":
      return `must have at most ${error.params.limit} ${error.params.limit === 1 ? "entry" : "entries"}`;
    case "exclusiveMaximum":
      return `must be less than ${error.params.limit}, not ${shown(error.data)}`;
    case "minLength":
      return "must not be empty";
    case "maxLength":
      return `must have at most ${error.params.limit} characters`;
    case "pattern":
      // A name that breaks its pattern is reported once, by propertyNames.
      return error.propertyName === undefined
        ? `must match ${error.params.pattern}, not ${shown(error.data)}`
        : null;
    case "propertyNames":
      return "must be a name of letters, digits and underscores that begins with a letter";
    default:
      return error.message ?? `breaks the rule ${error.keyword}`;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: "a group of fields",
  array: "a list",
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

function wordOf(type: string): string {
  return TYPE_WORDS[type] ?? type;
}

function modelNames(error: ErrorObject): string[] {
  const members: { properties?: Record<string, { const?: string }> }[] = error.parentSchema?.oneOf ?? [];
  return members.flatMap((member) => member.properties?.[error.params.tag]?.const ?? []);
}

/** A value as it is quoted in a finding. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a group of fields";
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…"`;
}
