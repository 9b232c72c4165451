/** A place's distance from the others at a time. */
export interface Distance {
  readonly hours: number;
  readonly apart: number;
}

/** A bend needs so many samples before and after it. */
const LEAST = 2;

/**
 * When something that drifts began to: the bend of the broken line (level, then straight) that fits best by least
 * squares (Hinkley, Biometrika 56, 1969). The first sample's time where no bend fits better than a straight line.
 *
 * @param points in the order of time, three or more
 */
export function driftOnset(points: readonly Distance[]): number {
  let best = { hours: points[0]?.hours ?? 0, rest: Number.POSITIVE_INFINITY };
  for (let at = 0; at < points.length - LEAST; at++) {
    // A bend after a single sample is one sample's noise.
    if (at > 0 && at < LEAST) continue;
    const bend = points[at]?.hours ?? 0;
    const rest = restOf(points, bend);
    if (rest < best.rest) best = { hours: bend, rest };
  }
  return best.hours;
}

/** What a level that turns into a straight line at a time leaves unexplained. */
function restOf(points: readonly Distance[], bend: number): number {
  let [n, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (const { hours, apart } of points) {
    const since = Math.max(0, hours - bend);
    n++;
    x += since;
    y += apart;
    xx += since * since;
    xy += since * apart;
    yy += apart * apart;
  }
  const spread = xx - (x * x) / n;
  if (spread <= 0) return Number.POSITIVE_INFINITY;
  const shared = xy - (x * y) / n;
  return yy - (y * y) / n - (shared * shared) / spread;
}
