import { DATE_PATTERN, TIMESTAMP_PATTERN } from "../schemas/envelope.ts";
import { BATCH_ID_PATTERN, BATCH_NAME_PATTERN, PRODUCT_ID_PATTERN } from "../schemas/product.ts";

/** The keywords of JSON Schema that the contract uses and a reader of the reference wants to see. */
export interface SchemaNode {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode | false;
  readonly prefixItems?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** A row of a payload's table in the reference: path, type, whether it is required, what it says. */
export interface FieldRow {
  /** `results[].nozzle`, `tags.<name>`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly meaning: string;
}

/** The fields of an object schema, those of inner objects below their own, in the order they are declared. */
export function fieldRows(schema: SchemaNode, prefix = ""): FieldRow[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    {
      path: `${prefix}${name}`,
      type: typeText(field),
      required: required.has(name),
      meaning: meaningOf(field),
    },
    ...innerRows(field, `${prefix}${name}`),
  ]);
}

/** The description, and what the object (or each of the list) must have at least one of. */
function meaningOf(field: SchemaNode): string {
  const alternatives = alternativesText(field.items || field);
  return alternatives === undefined ? (field.description ?? "") : `${field.description}; ${alternatives}`;
}

function innerRows(field: SchemaNode, path: string): FieldRow[] {
  if (field.items) return fieldRows(field.items, `${path}[].`);
  if (typeof field.additionalProperties === "object") {
    const value = field.additionalProperties;
    const name = `${path}.<name>`;
    const row = { path: name, type: typeText(value), required: false, meaning: value.description ?? "" };
    return [row, ...fieldRows(value, `${name}.`)];
  }
  return fieldRows(field, `${path}.`);
}

const PATTERN_NAMES: ReadonlyMap<string, string> = new Map([
  [`^${TIMESTAMP_PATTERN}$`, "time"],
  [`^(unknown|${TIMESTAMP_PATTERN})$`, "time"],
  [DATE_PATTERN, "day"],
  [BATCH_ID_PATTERN, "batch id"],
  [BATCH_NAME_PATTERN, "batch id"],
  [PRODUCT_ID_PATTERN, "product id"],
]);

/** The type of a field in words. */
function typeText(field: SchemaNode): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((word) => `\`${word}\``).join(", ");
  if (field.items) return `array of ${typeText(field.items)}`;
  if (field.prefixItems) return "pair of numbers";
  if (field.pattern !== undefined) {
    return PATTERN_NAMES.get(field.pattern) ?? `string \`${field.pattern}\``;
  }
  return `${[field.type ?? "anything"].flat().join(" or ")}${rangeText(field)}`;
}

function rangeText(field: SchemaNode): string {
  const parts: string[] = [];
  if (field.exclusiveMinimum !== undefined) parts.push(`above ${field.exclusiveMinimum}`);
  if (field.minimum !== undefined && field.maximum !== undefined && field.maximum < Number.MAX_SAFE_INTEGER) {
    parts.push(`${field.minimum} to ${field.maximum}`);
  } else if (field.minimum !== undefined) parts.push(`from ${field.minimum}`);
  if (field.maxLength !== undefined) parts.push(`${field.minLength ?? 0} to ${field.maxLength} characters`);
  return parts.length === 0 ? "" : `, ${parts.join(", ")}`;
}

/** `at least one of …` for a schema that asks for one of several fields. */
export function alternativesText(schema: SchemaNode): string | undefined {
  const groups = (schema.anyOf ?? [])
    .map((alternative) => alternative.required ?? [])
    .filter((group) => group.length > 0);
  if (groups.length === 0) return undefined;
  return `at least one of ${groups.map((group) => group.map((name) => `\`${name}\``).join(" with ")).join(", ")}`;
}
