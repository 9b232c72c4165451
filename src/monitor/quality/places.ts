import { median } from "../robust.ts";
import { studentCdf, studentQuantile } from "./distributions.ts";
import { type Distance, driftOnset } from "./drift-onset.ts";

/** What was measured at one time at every place: nozzle by nozzle, lane by lane. */
export interface PlaceSample {
  readonly atMs: number;
  /** Value by number of the nozzle or lane. */
  readonly values: ReadonlyMap<number, number>;
}

/** One nozzle, cavity or lane beside the others. */
export interface PlaceComparison {
  readonly place: number;
  readonly n: number;
  /** Mean distance from the other places' median of the same sample, with its interval at 95 %. */
  readonly offset: number;
  readonly offsetHalf: number;
  /** How that distance changes in an hour, with its interval at 95 %; null with fewer than three samples. */
  readonly driftPerHour: number | null;
  readonly driftHalf: number | null;
  /** How sure it is that the place drifts, over all places: 1 less the probability of as much by chance (Bonferroni). */
  readonly confidence: number;
  readonly drifts: boolean;
  /** Since when it drifts, milliseconds since 1970; null where it doesn't. */
  readonly sinceMs: number | null;
}

const HOUR_MS = 3_600_000;
/** So sure that among ten nozzles one is said to drift by mistake once in a hundred looks. */
const SURE = 0.99;

/**
 * Compares places by their distance from the others in the same sample, so that what all share (viscosity, stroke)
 * falls out; a straight line through those distances, by least squares, says which place drifts. From their median:
 * one nozzle that clogs must not make the others seem to open.
 */
export function comparePlaces(samples: readonly PlaceSample[]): PlaceComparison[] {
  const places = [...new Set(samples.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  return places.map((place) => {
    const points = samples.flatMap(({ atMs, values }) => {
      const own = values.get(place);
      if (own === undefined || values.size < 2) return [];
      const others = [...values].flatMap(([other, value]) => (other === place ? [] : [value]));
      return [{ hours: atMs / HOUR_MS, apart: own - median(others) }];
    });
    return compared(place, points, places.length);
  });
}

function compared(place: number, points: readonly Distance[], places: number): PlaceComparison {
  const n = points.length;
  const meanApart = points.reduce((sum, { apart }) => sum + apart, 0) / Math.max(1, n);
  const squares = points.reduce((sum, { apart }) => sum + (apart - meanApart) ** 2, 0);
  const offsetHalf = n < 2 ? Number.POSITIVE_INFINITY : halfWidth(Math.sqrt(squares / (n - 1) / n), n - 1);
  const still = { place, n, offset: meanApart, offsetHalf };
  const unknown = {
    ...still,
    driftPerHour: null,
    driftHalf: null,
    confidence: 0,
    drifts: false,
    sinceMs: null,
  };
  if (n < 3) return unknown;
  const meanHours = points.reduce((sum, { hours }) => sum + hours, 0) / n;
  const spread = points.reduce((sum, { hours }) => sum + (hours - meanHours) ** 2, 0);
  if (spread === 0) return unknown;
  const slope =
    points.reduce((sum, { hours, apart }) => sum + (hours - meanHours) * (apart - meanApart), 0) / spread;
  const rest = Math.max(0, squares - slope * slope * spread);
  const error = Math.sqrt(rest / (n - 2) / spread);
  const t = error === 0 ? Number.POSITIVE_INFINITY : Math.abs(slope) / error;
  const chance = Math.min(1, 2 * (1 - (Number.isFinite(t) ? studentCdf(t, n - 2) : 1)) * places);
  const confidence = slope === 0 ? 0 : 1 - chance;
  return {
    ...still,
    driftPerHour: slope,
    driftHalf: halfWidth(error, n - 2),
    confidence,
    drifts: confidence >= SURE,
    sinceMs: confidence >= SURE ? driftOnset(points) * HOUR_MS : null,
  };
}

function halfWidth(error: number, degrees: number): number {
  return studentQuantile(0.975, degrees) * error;
}
