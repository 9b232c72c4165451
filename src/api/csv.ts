import type { TSchema } from "typebox";

/** Characters with which a spreadsheet begins a formula: text from a machine must not become one. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d/;
const NEEDS_QUOTES = /[",\r\n]/;
/** Between the plain values of a list in one cell. */
const SEPARATOR = ";";

/** As much of a JSON schema as says what columns there are. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly type?: string;
}

/** A column: its head, and where its value stands in a row. */
interface Column {
  readonly head: string;
  readonly path: readonly string[];
  readonly cell: (value: unknown) => string;
}

/**
 * Rows as CSV (RFC 4180), with the columns that their schema has. An object in a row has a column for each of its
 * properties (`losses.speed_ms`), empty where it is null. A list of plain values is one cell, `;` between them; a list of
 * lists or objects is JSON in one, as is an object whose properties no schema names.
 */
export function csvText(row: TSchema, rows: readonly object[]): string {
  const columns = columnsOf(row, []);
  const lines = rows.map((each) => columns.map(({ path, cell }) => cell(at(each, path))).join(","));
  return `${[columns.map(({ head }) => text(head)).join(","), ...lines].join("\r\n")}\r\n`;
}

function columnsOf(schema: Shape, path: readonly string[]): Column[] {
  const { properties, items } = withoutNull(schema);
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([name, inner]) => columnsOf(inner, [...path, name]));
  const isPlainList = items !== undefined && isPlain(items);
  return [{ head: path.join("."), path, cell: isPlainList ? listed : text }];
}

function withoutNull(schema: Shape): Shape {
  const others = schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  return others.length === 1 && others[0] !== undefined ? others[0] : schema;
}

function isPlain(schema: Shape): boolean {
  const { properties, items, type, anyOf = [] } = withoutNull(schema);
  return properties === undefined && items === undefined && type !== "object" && anyOf.every(isPlain);
}

function at(row: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? (Reflect.get(value, name) as unknown) : undefined,
    row,
  );
}

function listed(values: unknown): string {
  return text(Array.isArray(values) ? values.map((value) => String(value ?? "")).join(SEPARATOR) : values);
}

function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  let shown = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (typeof value === "string" && FORMULA.test(shown) && !NUMBER.test(shown)) shown = `'${shown}`;
  return NEEDS_QUOTES.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
