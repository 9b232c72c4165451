import { styleText } from "node:util";
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

/** How wide a table may be, and whether it may have colours. */
export interface TableSurface {
  /** Null: not cut to a width, only where a cell is very long. */
  readonly columns: number | null;
  readonly colour: boolean;
}

const GAP = 2;
const NARROWEST = 8;
/** Characters of a cell that are looked at: measuring and padding one of 160 kB took 47 s. What is whole is in JSON. */
const LONGEST_CELL = 2_000;

/** A table without borders, its columns aligned, cut to the terminal where a person looks. Ends without a line feed. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  surface: TableSurface,
): string {
  const texts = rows.map((row) => row.map((cell) => sanitizeLine(shortened(cellText(cell)))));
  const widths = columns.map(({ title }, index) =>
    texts.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? "")), textWidth(title)),
  );
  fitWidths(columns, widths, surface.columns);
  const head = columns.map(({ title }): TableCell => ({ text: title, style: "bold" }));
  const lines = [head, ...rows].map((row, at) => {
    const shown = at === 0 ? columns.map(({ title }) => title) : (texts[at - 1] ?? []);
    return columns
      .map(({ align }, index) => {
        const text = cutText(shown[index] ?? "", widths[index] ?? 0);
        const room = " ".repeat((widths[index] ?? 0) - textWidth(text));
        const style = surface.colour ? cellStyle(row[index]) : undefined;
        const styled = style === undefined ? text : styleText(style, text, { validateStream: false });
        return align === "right" ? room + styled : styled + room;
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  });
  return lines.join("\n");
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

/** Before anything is measured. Never between the halves of a surrogate pair. */
function shortened(text: string): string {
  if (text.length <= LONGEST_CELL) return text;
  return `${text.slice(0, LONGEST_CELL).replace(/[\ud800-\udbff]$/, "")}…`;
}

function cellText(cell: TableCell): string {
  return typeof cell === "object" ? cell.text : String(cell);
}

function cellStyle(cell: TableCell | undefined): Style | undefined {
  return typeof cell === "object" ? cell.style : undefined;
}
