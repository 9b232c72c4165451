import { styleText } from "node:util";
import Table from "cli-table3";
import { sanitizeLine } from "./sanitize.ts";
import { cutText, type Style, textWidth } from "./styled-text.ts";

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Gives way when the terminal is too narrow. One column at most; the last one where none is marked. */
  readonly flexible?: true;
}

/** A cell: text from anywhere, made harmless here; a style where colours are wanted. */
export type TableCell = string | number | { readonly text: string; readonly style: Style };

/** Where a table is shown. */
export interface TableSurface {
  /** Null: not cut. */
  readonly columns: number | null;
  readonly colour: boolean;
}

const GAP = 2;
const NARROWEST = 8;
const PORTION_ROWS = 100;
const NO_BORDERS = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
};

/** A table without borders, its columns aligned, cut to the terminal where a person looks. Ends without a line feed. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  surface: TableSurface,
): string {
  const texts = rows.map((row) => row.map((cell) => sanitizeLine(cellText(cell))));
  const widths = columns.map(({ title }, index) =>
    texts.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? "")), textWidth(title)),
  );
  fitWidths(columns, widths, surface.columns);
  const styled = (text: string, style: Style | undefined) =>
    surface.colour && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  const head = columns.map(({ title }, index) => styled(cutText(title, widths[index] ?? 0), "bold"));
  const body = texts.map((row, at) => {
    const cells = rows[at] ?? [];
    return row.map((text, index) => styled(cutText(text, widths[index] ?? 0), cellStyle(cells[index])));
  });
  const lines = portions([head, ...body]).flatMap((portion) => {
    const table = new Table({
      chars: NO_BORDERS,
      style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": GAP },
      colAligns: columns.map(({ align }) => align ?? "left"),
      colWidths: widths.map((width) => width + GAP),
    });
    table.push(...portion);
    return table.toString().split("\n");
  });
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** The library's time grows with the square of the rows: 100,000 in one piece were not done after seven minutes. */
function portions<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / PORTION_ROWS);
  return Array.from({ length: count }, (_, index) =>
    rows.slice(index * PORTION_ROWS, (index + 1) * PORTION_ROWS),
  );
}

/** Narrows the flexible column, and where that isn't enough the widest ones, until the table fits. */
function fitWidths(columns: readonly TableColumn[], widths: number[], available: number | null): void {
  if (available === null) return;
  const marked = columns.findIndex((column) => column.flexible);
  let over = widths.reduce((sum, width) => sum + width + GAP, 0) - GAP - available;
  let index = marked === -1 ? columns.length - 1 : marked;
  while (over > 0) {
    const width = widths[index] ?? 0;
    if (width > NARROWEST) {
      const taken = Math.min(over, width - NARROWEST);
      widths[index] = width - taken;
      over -= taken;
    }
    index = widths.indexOf(Math.max(...widths));
    if ((widths[index] ?? 0) <= NARROWEST) return;
  }
}

function cellText(cell: TableCell): string {
  return typeof cell === "object" ? cell.text : String(cell);
}

function cellStyle(cell: TableCell | undefined): Style | undefined {
  return typeof cell === "object" ? cell.style : undefined;
}
