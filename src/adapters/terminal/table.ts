import { styleText } from "node:util";
import { sanitizeLine } from "./sanitize.ts";
import { cutText, type Style, textWidth } from "./styled-text.ts";

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Gives way when the terminal is too narrow. One column at most; the last one where none is marked. */
  readonly flexible?: true;
  /** Left out before others where there is no room for all. */
  readonly minor?: true;
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
/** A title over figures. */
const NARROWEST_TITLE = 7;
/** Characters of a cell that are looked at: measuring and padding one of 160 kB took 47 s. What is whole is in JSON. */
const LONGEST_CELL = 2_000;

/** A number with its sign and unit, a time, a duration: cut, it would be another one. */
const FIGURE = /^[-−+±<>≤≥~]?\s?\d[^\p{L}]*(?:\p{L}[^\p{L}]*){0,6}$/u;

/**
 * A table without borders, its columns aligned, cut to the terminal where a person looks. Words are cut before columns
 * are left out, which the line below then names; figures are never cut. Ends without a line feed.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  surface: TableSurface,
): string {
  const texts = rows.map((row) => row.map((cell) => sanitizeLine(shortened(cellText(cell)))));
  const full = columns.map(({ title }, index) => widest(texts, index, textWidth(title)));
  const least = columns.map(({ title, align }, index) => {
    const words = align === "right" ? NARROWEST_TITLE : NARROWEST;
    return Math.max(
      widest(texts, index, 0, (text) => FIGURE.test(text)),
      Math.min(full[index] ?? 0, texts.length === 0 ? textWidth(title) : words),
    );
  });
  const shown = roomFor(columns, least, surface.columns);
  const widths = fittedWidths(columns, shown, full, least, surface.columns);
  const head = columns.map(({ title }): TableCell => ({ text: title, style: "bold" }));
  const lines = [head, ...rows].map((row, at) => {
    const cells = at === 0 ? columns.map(({ title }) => title) : (texts[at - 1] ?? []);
    return shown
      .map((index) => {
        const width = widths.get(index) ?? 0;
        const text = cutText(cells[index] ?? "", width);
        const room = " ".repeat(width - textWidth(text));
        const style = surface.colour ? cellStyle(row[index]) : undefined;
        const styled = style === undefined ? text : styleText(style, text, { validateStream: false });
        return columns[index]?.align === "right" ? room + styled : styled + room;
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  });
  const left = columns.flatMap(({ title }, index) => (shown.includes(index) || title === "" ? [] : title));
  return [...lines, ...(left.length === 0 ? [] : [`(no room for: ${left.join(", ")})`])].join("\n");
}

function widest(
  texts: readonly (readonly string[])[],
  index: number,
  atLeast: number,
  of: (text: string) => boolean = () => true,
): number {
  return texts.reduce((most, row) => {
    const text = row[index] ?? "";
    return of(text) ? Math.max(most, textWidth(text)) : most;
  }, atLeast);
}

/** The columns that fit at their narrowest, by index: minor ones go first, then those on the right; the first one stays. */
function roomFor(
  columns: readonly TableColumn[],
  least: readonly number[],
  available: number | null,
): number[] {
  let shown = columns.map((_, index) => index);
  while (available !== null && shown.length > 1 && widthOf(shown, (index) => least[index]) > available) {
    const rest = shown.slice(1);
    const leaving = rest.findLast((index) => columns[index]?.minor === true) ?? rest.at(-1);
    shown = shown.filter((index) => index !== leaving);
  }
  return shown;
}

function widthOf(shown: readonly number[], width: (index: number) => number | undefined): number {
  return shown.reduce((sum, index) => sum + (width(index) ?? 0) + GAP, -GAP);
}

/** Narrows the flexible column, and where that isn't enough the widest ones, until the table fits. */
function fittedWidths(
  columns: readonly TableColumn[],
  shown: readonly number[],
  full: readonly number[],
  least: readonly number[],
  available: number | null,
): ReadonlyMap<number, number> {
  const widths = new Map(shown.map((index) => [index, full[index] ?? 0]));
  let over = widthOf(shown, (index) => widths.get(index)) - (available ?? Number.POSITIVE_INFINITY);
  const spare = (index: number) => (widths.get(index) ?? 0) - (least[index] ?? 0);
  let giving = shown.find((index) => columns[index]?.flexible) ?? shown.at(-1);
  while (over > 0 && giving !== undefined) {
    const taken = Math.min(over, spare(giving));
    widths.set(giving, (widths.get(giving) ?? 0) - taken);
    over -= taken;
    giving = shown
      .filter((index) => spare(index) > 0)
      .reduce<number | undefined>(
        (wide, index) => ((widths.get(index) ?? 0) > (widths.get(wide ?? -1) ?? 0) ? index : wide),
        undefined,
      );
  }
  return widths;
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
