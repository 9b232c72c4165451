import type { Limits } from "./range.ts";

/** A stretch of a series: least, greatest and mean value in it; null where nothing was measured. */
export interface SeriesPoint {
  /** The middle of the stretch, ms since 1970. */
  readonly atMs: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

/** The paths of a strip: the mean as a line, least to greatest as an area, and what of the line is beyond a limit. */
export interface SeriesPaths {
  readonly line: string;
  readonly area: string;
  readonly beyond: string;
}

/** Draws a series. Nothing is drawn across a stretch that was not measured. */
export function seriesPaths(
  points: readonly SeriesPoint[],
  x: (atMs: number) => number,
  y: (value: number) => number,
  limits: Limits,
): SeriesPaths {
  let line = "";
  let area = "";
  let beyond = "";
  for (const piece of pieces(points)) {
    line += piece
      .map(({ at, mean }, index) => `${index === 0 ? "M" : "L"}${f(x(at))} ${f(y(mean))}`)
      .join("");
    if (piece.length === 1) line += "h.01";
    if (piece.some(({ min, max }) => max > min)) {
      const there = piece.map(({ at, max }) => `${f(x(at))} ${f(y(max))}`).join("L");
      const back = [...piece]
        .reverse()
        .map(({ at, min }) => `${f(x(at))} ${f(y(min))}`)
        .join("L");
      area += `M${there}L${back}Z`;
    }
    beyond += beyondOf(piece, x, y, limits);
  }
  return { line, area, beyond };
}

interface Measured {
  readonly at: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

function* pieces(points: readonly SeriesPoint[]): Generator<Measured[]> {
  let piece: Measured[] = [];
  for (const { atMs, min, max, mean } of points) {
    if (min === null || max === null || mean === null) {
      if (piece.length > 0) yield piece;
      piece = [];
    } else piece.push({ at: atMs, min, max, mean });
  }
  if (piece.length > 0) yield piece;
}

/** The part of a line beyond an alarm limit, from crossing to crossing; by the greatest or least value, not the mean. */
function beyondOf(
  piece: readonly Measured[],
  x: (atMs: number) => number,
  y: (value: number) => number,
  { alarm_high: high = Infinity, alarm_low: low = -Infinity }: Limits,
): string {
  let path = "";
  let previous: { at: number; value: number; over: boolean } | undefined;
  for (const { at, min, max, mean } of piece) {
    const value = max > high ? max : min < low ? min : mean;
    const over = value > high || value < low;
    if (over && previous?.over) path += `L${f(x(at))} ${f(y(value))}`;
    else if (over && previous !== undefined) {
      const limit = value > high ? high : low;
      const share = (limit - previous.value) / (value - previous.value);
      const crossing = previous.at + (at - previous.at) * Math.min(1, Math.max(0, share));
      path += `M${f(x(crossing))} ${f(y(limit))}L${f(x(at))} ${f(y(value))}`;
    } else if (over) path += `M${f(x(at))} ${f(y(value))}h.01`;
    else if (previous?.over) {
      const limit = previous.value > high ? high : low;
      const share = (limit - previous.value) / (value - previous.value);
      const crossing = previous.at + (at - previous.at) * Math.min(1, Math.max(0, share));
      path += `L${f(x(crossing))} ${f(y(limit))}`;
    }
    previous = { at, value, over };
  }
  return path;
}

function f(value: number): string {
  return value.toFixed(1);
}

/** The point nearest to a time; undefined where nothing was measured near it. */
export function nearest(points: readonly SeriesPoint[], atMs: number): SeriesPoint | undefined {
  let low = 0;
  let high = points.length - 1;
  if (high < 0) return undefined;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as SeriesPoint).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  const after = points[low];
  const before = points[low - 1];
  const found =
    before !== undefined && after !== undefined && atMs - before.atMs < after.atMs - atMs ? before : after;
  return found?.mean === null ? undefined : found;
}

/** The points of a span of time. */
export function within(points: readonly SeriesPoint[], fromMs: number, toMs: number): readonly SeriesPoint[] {
  const first = points.findIndex(({ atMs }) => atMs >= fromMs);
  const last = points.findLastIndex(({ atMs }) => atMs <= toMs);
  return first === 0 && last === points.length - 1 ? points : first < 0 ? [] : points.slice(first, last + 1);
}
