import type { WideRow } from "../../log/wide-rows.ts";
import { type CsvFormat, csvDialect, csvRows, isCsv } from "./csv.ts";
import { jsonLine } from "./json-line.ts";
import { sanitizeBlock } from "./sanitize.ts";
import type { TableSurface } from "./table.ts";

/** Rows that are turned into text at once. */
const ROWS_AT_ONCE = 500;

/** Telemetry as a table with a column per tag, in pieces: CSV or JSON Lines. */
export function* wideTable(
  rows: Iterable<WideRow>,
  tags: readonly string[],
  { columns }: Pick<TableSurface, "columns">,
  format: CsvFormat | "jsonl",
): Generator<string> {
  const dialect = isCsv(format) ? csvDialect(format) : undefined;
  const surface = columns === null ? (text: string) => text : sanitizeBlock;
  const head = ["ts", "site", "line", "step", "machine", "product", "batch_id", ...tags];
  if (dialect !== undefined) yield dialect.start + surface(csvRows([head], dialect));
  let some: string[] = [];
  for (const row of rows) {
    some.push(dialect === undefined ? jsonRow(row, tags) : csvRows([cellsOf(row, tags)], dialect));
    if (some.length < ROWS_AT_ONCE) continue;
    yield surface(some.join(""));
    some = [];
  }
  if (some.length > 0) yield surface(some.join(""));
}

function factsOf({ tsMs, site, line, step, machine, product, batch }: WideRow) {
  return { ts: new Date(tsMs).toISOString(), site, line, step, machine, product, batch_id: batch };
}

function cellsOf(row: WideRow, tags: readonly string[]) {
  return [...Object.values(factsOf(row)), ...tags.map((tag) => row.tags.get(tag) ?? null)];
}

function jsonRow(row: WideRow, tags: readonly string[]): string {
  const values = tags.flatMap((tag) => (row.tags.has(tag) ? [[tag, row.tags.get(tag)]] : []));
  return `${jsonLine({ ...factsOf(row), tags: Object.fromEntries(values) })}\n`;
}
