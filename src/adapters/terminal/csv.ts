import { stringify } from "csv-stringify/sync";
import { sanitizeBlock } from "./sanitize.ts";

/** What a row of an export may hold. */
export type CsvValue = string | number | boolean | null;

/** A text whose first visible character makes a spreadsheet read it as a formula; the library covers those without blanks. */
const BLANKS_BEFORE_FORMULA = /^[\s\p{Cc}]+[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

/** The characters by which a spreadsheet of a country reads CSV. */
export interface CsvDialect {
  readonly separator: "," | ";";
  readonly lineEnd: "\n" | "\r\n";
  /** What a file begins with. */
  readonly start: string;
}

/** For programs: RFC 4180 with line feeds. */
const PLAIN_CSV: CsvDialect = { separator: ",", lineEnd: "\n", start: "" };

/**
 * For Excel: a byte order mark, without which it takes UTF-8 for the machine's old code page, and the separator that it
 * expects where this machine is, which is a semicolon where the comma is in the numbers.
 */
export function excelCsv(locale?: string): CsvDialect {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  const decimal = parts.find(({ type }) => type === "decimal")?.value;
  return { separator: decimal === "," ? ";" : ",", lineEnd: "\r\n", start: "\ufeff" };
}

/** The forms of CSV that a command can be asked for. */
export type CsvFormat = "csv" | "csv-excel";

/** Whether a form is CSV. */
export function isCsv(format: string): format is CsvFormat {
  return format === "csv" || format === "csv-excel";
}

/** How a form of CSV is written, on this machine. */
export function csvDialect(format: CsvFormat): CsvDialect {
  return format === "csv" ? PLAIN_CSV : excelCsv();
}

/** A whole file of CSV: its head, then its rows, as {@link csvRows} writes them. */
export function csvFile(
  head: readonly string[],
  rows: readonly (readonly CsvValue[])[],
  format: CsvFormat,
): string {
  const dialect = csvDialect(format);
  return dialect.start + csvRows([head, ...rows], dialect);
}

/** Objects of the same fields as a file of CSV; nothing where there is none, for nobody knows the fields. */
export function csvRecords(
  records: readonly Readonly<Record<string, CsvValue>>[],
  format: CsvFormat,
): string {
  const [first] = records;
  return first === undefined ? "" : csvFile(Object.keys(first), records.map(Object.values<CsvValue>), format);
}

/** CSV as a file gets it, or, where a person looks (`columns` isn't null), without what a terminal would obey. */
export function csvShown(text: string, columns: number | null): string {
  return columns === null ? text : sanitizeBlock(text.replace(/^\ufeff/, ""));
}

/**
 * Rows as CSV (RFC 4180, line feeds), each ended. Text that a spreadsheet would run as a formula gets an
 * apostrophe in front and is shown as text; numbers stay numbers.
 */
export function csvRows(rows: readonly (readonly CsvValue[])[], dialect = PLAIN_CSV): string {
  const inert = rows.map((row) =>
    row.map((value) =>
      typeof value === "string" && BLANKS_BEFORE_FORMULA.test(value) ? `'${value}` : value,
    ),
  );
  return stringify(inert, {
    escape_formulas: true,
    delimiter: dialect.separator,
    record_delimiter: dialect.lineEnd,
    cast: { boolean: (value) => (value ? "true" : "false") },
  });
}
