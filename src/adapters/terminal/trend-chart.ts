import { BrailleCanvas, DOTS_ACROSS, DOTS_DOWN } from "./braille-canvas.ts";
import { type Piece, renderLine, type Style, textWidth } from "./styled-text.ts";
import { timeTicks } from "./time-ticks.ts";

/** What a chart shows of a stretch of time. */
export interface ChartPoint {
  /** Its begin, milliseconds since 1970. */
  readonly beginMs: number;
  readonly min: number | null;
  readonly max: number | null;
}

/** The time that a chart shows, ms since 1970, the end not included. */
export interface ChartSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A tag's course to be drawn. */
export interface TrendChart extends ChartSpan {
  readonly points: readonly ChartPoint[];
  /** How much time a point stands for, milliseconds. */
  readonly widthMs: number;
  readonly gaps: readonly ChartSpan[];
  readonly limits: {
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    readonly alarm_low?: number | undefined;
    readonly alarm_high?: number | undefined;
  };
  readonly decimals: number;
  /** The zone of its clock (IANA). */
  readonly zone: string;
}

/** The room that a chart has, and whether it may have colours. */
export interface ChartSurface {
  readonly columns: number;
  /** Lines of the picture itself. */
  readonly rows: number;
  readonly colour: boolean;
}

const AXIS = 9;
const LIMIT_NAMES = 14;
const NARROWEST_PLOT = 20;
const LIMITS = [
  { limit: "alarm_high", name: "alarm", line: "╌", style: "red" },
  { limit: "max", name: "normal", line: "·", style: "dim" },
  { limit: "min", name: "normal", line: "·", style: "dim" },
  { limit: "alarm_low", name: "alarm", line: "╌", style: "red" },
] as const satisfies readonly { limit: string; name: string; line: string; style: Style }[];

/** Characters across that are left for the picture: twice as many points can be told apart. */
export function plotColumns(columns: number): number {
  return Math.max(NARROWEST_PLOT, columns - AXIS - LIMIT_NAMES);
}

/** Draws a tag's course: from smallest to largest in each column, limits as lines, gaps hatched. */
export function trendChart(chart: TrendChart, surface: ChartSurface): string[] {
  const columns = plotColumns(surface.columns);
  const { rows } = surface;
  const [low, high] = valueRange(chart);
  const dotRows = rows * DOTS_DOWN;
  const dotOf = (value: number) => Math.round(((high - value) / (high - low)) * (dotRows - 1));
  const canvas = new BrailleCanvas(columns, rows);
  const dotAt = (atMs: number) =>
    Math.floor(((atMs - chart.fromMs) / (chart.toMs - chart.fromMs)) * columns * DOTS_ACROSS);
  drawPoints(chart, canvas, dotAt, dotOf);
  const limitRows = rowsOfLimits(chart, (value) => Math.floor(dotOf(value) / DOTS_DOWN), rows);
  const hatched = gapColumns(chart, columns, dotAt);
  const alarms = alarmRows(chart, (value) => Math.floor(dotOf(value) / DOTS_DOWN));
  const lines = Array.from({ length: rows }, (_, row) => {
    const limit = limitRows.get(row);
    const label = limit?.value ?? (row === 0 ? high : row === rows - 1 ? low : undefined);
    const text = label === undefined ? "" : label.toFixed(chart.decimals);
    const pieces: Piece[] = [
      { text: `${text.padStart(AXIS - 2)} `, style: limit?.style ?? "dim" },
      { text: label === undefined ? "│" : "┤", style: "dim" },
    ];
    for (let column = 0; column < columns; column++) {
      const dots = canvas.cell(column, row);
      if (dots !== undefined) pieces.push({ text: dots, style: alarms(row) ? "red" : "bold" });
      else if (hatched.has(column)) pieces.push({ text: "╱", style: "magenta" });
      else if (limit !== undefined) pieces.push({ text: limit.line, style: limit.style });
      else pieces.push({ text: " " });
    }
    if (limit !== undefined) pieces.push({ text: ` ${limit.name}`, style: limit.style });
    return renderLine(joined(pieces), null, surface.colour).trimEnd();
  });
  return [...lines, ...timeAxis(chart, columns, surface.colour)];
}

function drawPoints(
  { points, widthMs, gaps }: TrendChart,
  canvas: BrailleCanvas,
  dotAt: (atMs: number) => number,
  dotOf: (value: number) => number,
): void {
  let before:
    | { readonly x: number; readonly top: number; readonly bottom: number; readonly atMs: number }
    | undefined;
  for (const { beginMs, min, max } of points) {
    if (min === null || max === null) {
      before = undefined;
      continue;
    }
    const [top, bottom] = [dotOf(max), dotOf(min)];
    const from = dotAt(beginMs);
    const to = Math.max(from, dotAt(beginMs + widthMs) - 1);
    const last = before;
    const across =
      last !== undefined && gaps.every((gap) => gap.toMs <= last.atMs || gap.fromMs >= beginMs + widthMs);
    // Joined to the one before, so that a step is a line and not two points.
    const [joinTop, joinBottom] =
      across && last ? [Math.min(top, last.bottom), Math.max(bottom, last.top)] : [top, bottom];
    canvas.column(from, joinTop, joinBottom);
    if (across && last) for (let x = last.x + 1; x < from; x++) canvas.column(x, last.bottom, last.bottom);
    for (let x = from + 1; x <= to; x++) canvas.column(x, top, bottom);
    before = { x: to, top, bottom, atMs: beginMs };
  }
}

/** From the lowest to the highest value that is drawn: what was measured, the normal range, an alarm limit that is near. */
function valueRange({ points, limits }: TrendChart): [low: number, high: number] {
  const values = points.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]));
  let low = Math.min(...values, limits.min ?? Number.POSITIVE_INFINITY);
  let high = Math.max(...values, limits.max ?? Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    const any = Number.isFinite(low) ? low : Number.isFinite(high) ? high : 0;
    [low, high] = [any, any];
  }
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 20, high + (Math.abs(high) || 1) / 20];
  const near = (high - low) / 2;
  const { alarm_low, alarm_high } = limits;
  if (alarm_high !== undefined && alarm_high <= high + near) high = Math.max(high, alarm_high);
  if (alarm_low !== undefined && alarm_low >= low - near) low = Math.min(low, alarm_low);
  const air = (high - low) / 20;
  return [low - air, high + air];
}

function rowsOfLimits({ limits }: TrendChart, rowOf: (value: number) => number, rows: number) {
  const found = new Map<number, (typeof LIMITS)[number] & { readonly value: number }>();
  for (const each of LIMITS) {
    const value = limits[each.limit];
    if (value === undefined) continue;
    const row = rowOf(value);
    // An alarm limit in the line of a normal one is the one that counts.
    if (row >= 0 && row < rows && (!found.has(row) || each.name === "alarm"))
      found.set(row, { ...each, value });
  }
  return found;
}

function alarmRows({ limits }: TrendChart, rowOf: (value: number) => number): (row: number) => boolean {
  const above = limits.alarm_high === undefined ? Number.NEGATIVE_INFINITY : rowOf(limits.alarm_high);
  const below = limits.alarm_low === undefined ? Number.POSITIVE_INFINITY : rowOf(limits.alarm_low);
  return (row) => row < above || row > below;
}

function gapColumns({ gaps }: TrendChart, columns: number, dotAt: (atMs: number) => number): Set<number> {
  const found = new Set<number>();
  for (const { fromMs, toMs } of gaps) {
    const from = Math.max(0, Math.ceil(dotAt(fromMs) / DOTS_ACROSS));
    const to = Math.min(columns, Math.ceil(dotAt(toMs) / DOTS_ACROSS));
    for (let column = from; column < to; column++) found.add(column);
  }
  return found;
}

/** The line below a chart with its times. */
export function timeAxis(
  { fromMs, toMs, zone }: ChartSpan & { readonly zone: string },
  columns: number,
  colour: boolean,
): string[] {
  const line = Array.from({ length: columns }, () => "─");
  const names = Array.from({ length: columns + LIMIT_NAMES }, () => " ");
  for (const { atMs, text } of timeTicks(fromMs, toMs, Math.floor(columns / 9), zone)) {
    const column = Math.floor(((atMs - fromMs) / (toMs - fromMs)) * columns);
    if (column >= columns) continue;
    line[column] = "┬";
    const begin = Math.max(0, column - Math.floor(textWidth(text) / 2));
    [...text].forEach((character, index) => {
      names[begin + index] = character;
    });
  }
  const margin = " ".repeat(AXIS - 1);
  return [
    renderLine([{ text: `${margin}└${line.join("")}`, style: "dim" }], null, colour),
    renderLine([{ text: `${margin} ${names.join("").trimEnd()}`, style: "dim" }], null, colour),
  ];
}

/** Pieces of one style in a row as one: an escape sequence each would be most of the line. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last !== undefined && last.style === piece.style)
      all[all.length - 1] = { ...last, text: last.text + piece.text };
    else all.push(piece);
  }
  return all;
}
