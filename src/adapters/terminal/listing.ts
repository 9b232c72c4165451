import { type CsvFormat, type CsvValue, csvRecords, csvShown } from "./csv.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

/** A column for people: its head, and what stands in it. */
export interface ListingColumn<Row> extends TableColumn {
  readonly cell: (row: Row) => TableCell;
}

/** Rows that are shown as a table, as JSON or as CSV. */
export interface Listing<Row> {
  /** The name of the list in JSON. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: readonly ListingColumn<Row>[];
  /** The fields of a row for programs and spreadsheets; the same names in each row. */
  readonly fields: (row: Row) => Readonly<Record<string, CsvValue>>;
  /** What stands beside the list in JSON. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** One sentence for people below the table, or instead of an empty one. */
  readonly verdict?: string;
}

type ListingFormat = "table" | "json" | CsvFormat;

/** A list in the form that was asked for, ended. */
export function renderListing<Row>(
  { name, rows, columns, fields, beside, verdict }: Listing<Row>,
  format: ListingFormat,
  surface: TableSurface,
): string {
  switch (format) {
    case "json":
      return `${jsonLine({ ...beside, [name]: rows.map((row) => fields(row)) })}\n`;
    case "csv":
    case "csv-excel":
      return csvShown(csvRecords(rows.map(fields), format), surface.columns);
    case "table": {
      const table = renderTable(
        columns,
        rows.map((row) => columns.map(({ cell }) => cell(row))),
        surface,
      );
      const parts = [...(rows.length === 0 ? [] : [table]), ...(verdict === undefined ? [] : [verdict])];
      return `${parts.join("\n\n")}\n`;
    }
  }
}
