import { stringify } from "csv-stringify/sync";

/** What a row of an export may hold. */
export type CsvValue = string | number | boolean | null;

/** A text whose first visible character makes a spreadsheet read it as a formula; the library covers those without blanks. */
const BLANKS_BEFORE_FORMULA = /^[\s\p{Cc}]+[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

/**
 * Rows as CSV (RFC 4180, line feeds), each ended. Text that a spreadsheet would run as a formula gets an
 * apostrophe in front and is shown as text; numbers stay numbers.
 */
export function csvRows(rows: readonly (readonly CsvValue[])[]): string {
  const inert = rows.map((row) =>
    row.map((value) =>
      typeof value === "string" && BLANKS_BEFORE_FORMULA.test(value) ? `'${value}` : value,
    ),
  );
  return stringify(inert, {
    escape_formulas: true,
    cast: { boolean: (value) => (value ? "true" : "false") },
  });
}
