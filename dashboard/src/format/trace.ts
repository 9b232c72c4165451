/** A point of a trace: time in ms since 1970, value; null where nothing was measured. */
export type TracePoint = readonly [atMs: number, value: number | null];

/** Maps a number of one span onto another one. */
export function linear(from: number, to: number, low: number, high: number): (value: number) => number {
  const factor = to === from ? 0 : (high - low) / (to - from);
  return (value) => low + (value - from) * factor;
}

/** The path of a trace: a new piece begins after every null, so that no line is drawn where nothing was measured. */
export function tracePath(
  points: readonly TracePoint[],
  x: (atMs: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let pen = "M";
  for (const [at, value] of points) {
    if (value === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** The least and greatest of the values and of what else must be seen; undefined where there is nothing. */
export function extent(
  points: readonly TracePoint[],
  also: readonly (number | undefined)[] = [],
): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of [...points.map(([, value]) => value), ...also]) {
    if (value === null || value === undefined) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? undefined : [low, high];
}

/** Round steps of a scale: 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const rough = (to - from) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
}

const MINUTE = 60_000;
const TIME_STEPS = [
  10_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  120 * MINUTE,
  180 * MINUTE,
  360 * MINUTE,
  720 * MINUTE,
  1_440 * MINUTE,
  2_880 * MINUTE,
  7 * 1_440 * MINUTE,
] as const;

/** Round times of a span, `count` at most, aligned in a zone that is `offsetMs` ahead of UTC. */
export function timeTicks(fromMs: number, toMs: number, count: number, offsetMs = 0): number[] {
  const span = toMs - fromMs;
  const step =
    TIME_STEPS.find((size) => span / size <= count) ?? Math.ceil(span / count / 86_400_000) * 86_400_000;
  const first = Math.ceil((fromMs + offsetMs) / step) * step - offsetMs;
  return first > toMs
    ? []
    : Array.from({ length: Math.floor((toMs - first) / step) + 1 }, (_, index) => first + index * step);
}
