/** Characters with which a spreadsheet begins a formula: text from a machine must not become one. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Objects as CSV (RFC 4180) under the given columns; what isn't a plain value stands there as JSON. */
export function csvText(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return `${[columns.map(cell).join(","), ...lines].join("\r\n")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  let text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (typeof value === "string" && FORMULA.test(text) && !NUMBER.test(text)) text = `'${text}`;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
