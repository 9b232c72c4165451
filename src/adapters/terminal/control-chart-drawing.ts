import { styleText } from "node:util";
import type { ControlChart } from "../../monitor/quality/chart-question.ts";
import type { ChartPoint } from "../../monitor/quality/control-chart.ts";
import type { TableSurface } from "./table.ts";
import type { ZoneClock } from "./time-text.ts";

const HEIGHT = 17;
const LABELS = 16;
const WIDEST = 160;
const DEFAULT_WIDTH = 100;

/** Marks of a terminal chart: shape tells a signal, not colour alone. */
const POINT = "•";
const SIGNAL = "◆";

/**
 * A control chart in characters: points from left to right, the limits as dashed lines with their values at the right,
 * a diamond where a rule is broken; below, the times of both ends on the plant's clock. Where there are more points than columns, each column shows the range of its own.
 */
export function drawControlChart(chart: ControlChart, surface: TableSurface, clock: ZoneClock): string {
  const { points, limits } = chart;
  const [first, last] = [points[0], points.at(-1)];
  if (limits === null || first === undefined || last === undefined) return "";
  const width = Math.min(surface.columns ?? DEFAULT_WIDTH, WIDEST) - LABELS;
  const columns = binned(points, Math.max(10, width));
  const center = chart.kind === "cusum" ? 0 : limits.center;
  const marks = [last.upper, center, last.lower];
  const values = [...points.map(({ value }) => value), ...marks];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const rowOf = (value: number) => Math.round(((high - value) / (high - low || 1)) * (HEIGHT - 1));
  const lines = Array.from({ length: HEIGHT }, () => Array<string>(columns.length).fill(" "));
  const labels = new Map<number, string>();
  for (const [name, value] of [
    ["upper", last.upper],
    ["mean", center],
    ["lower", last.lower],
  ] as const) {
    const row = rowOf(value);
    lines[row]?.fill(name === "mean" ? "─" : "╌");
    labels.set(row, `${name} ${shown(value)}`);
  }
  for (const [column, own] of columns.entries()) {
    const rows = own.map(({ value }) => rowOf(value));
    for (let row = Math.min(...rows); row <= Math.max(...rows); row++)
      put(lines, row, column, own.length > 1 ? "│" : POINT);
    for (const { value } of own) put(lines, rowOf(value), column, POINT);
    for (const { value, signals } of own) {
      if (signals.length > 0) put(lines, rowOf(value), column, signalMark(surface));
    }
  }
  const drawn = lines.map((line, row) => `${line.join("")} ${labels.get(row) ?? ""}`.trimEnd());
  return [...drawn, timeAxis(clock.stamp(first.atMs), clock.stamp(last.atMs), columns.length)].join("\n");
}

function put(lines: readonly string[][], row: number, column: number, mark: string): void {
  const line = lines[row];
  if (line !== undefined) line[column] = mark;
}

function signalMark({ colour }: TableSurface): string {
  return colour ? styleText(["yellow", "bold"], SIGNAL, { validateStream: false }) : SIGNAL;
}

function binned(points: readonly ChartPoint[], width: number): ChartPoint[][] {
  const count = Math.min(points.length, width);
  return Array.from({ length: count }, (_, column) =>
    points.slice(
      Math.floor((column * points.length) / count),
      Math.floor(((column + 1) * points.length) / count),
    ),
  );
}

function timeAxis(from: string, to: string, width: number): string {
  return `${from.padEnd(Math.max(from.length + 1, width - to.length))}${to}`;
}

/** Four digits that count, as a person reads a scale. */
export function shown(value: number): string {
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(Math.max(1e-9, Math.abs(value)))));
  return value.toFixed(Math.min(6, decimals));
}
