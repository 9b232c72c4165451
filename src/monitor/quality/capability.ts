import { type ChartSample, spreadFrom, spreadOf, usualSize } from "./chart-limits.ts";
import { chiSquaredQuantile, normalQuantile } from "./distributions.ts";

/** A figure with its two-sided interval at 95 %. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Capability: what the process could do (within samples), what it did (over all). */
export interface Capability {
  /** Values, and samples that they came in. */
  readonly n: number;
  readonly samples: number;
  readonly mean: number;
  readonly sigmaWithin: number;
  readonly sigmaOverall: number;
  /** Null without both limits. */
  readonly cp: Estimate | null;
  readonly cpk: Estimate;
  readonly pp: Estimate | null;
  readonly ppk: Estimate;
}

/** Specification limits in the results' unit; null where there is none on that side. */
export interface Specification {
  readonly lower: number | null;
  readonly upper: number | null;
}

const CONFIDENCE = 0.95;

/**
 * Cp = (U-L)/6s, Cpk = min(U-m, m-L)/3s with s within samples; Pp and Ppk the same with s over all values (ISO 22514-2,
 * AIAG SPC). Intervals: Cp and Pp by chi-squared; Cpk and Ppk by Bissell, Applied Statistics 39 (1990), as NIST/SEMATECH
 * e-Handbook 6.1.6 gives it. Ranges count for 0.9 (n-1) degrees of freedom a sample (ISO 22514-2; Bissell).
 *
 * Says nothing of stability: see isStable. Undefined without a limit, with fewer than two values or without variation.
 */
export function capabilityOf(
  samples: readonly ChartSample[],
  { lower, upper }: Specification,
): Capability | undefined {
  if ((lower === null && upper === null) || samples.length < 2) return undefined;
  const all = momentsOf(samples);
  const subgroup = usualSize(samples);
  const spread = spreadOf("xbar_r", subgroup);
  const whole = spread === "moving_range" ? samples : samples.filter(({ n }) => n === subgroup);
  const sigmaWithin = spreadFrom(whole, spread, subgroup).sigma;
  const sigmaOverall = Math.sqrt(all.m2 / (all.n - 1));
  if (!(sigmaWithin > 0) || !(sigmaOverall > 0)) return undefined;
  const within = spread === "moving_range" ? 0.62 * (whole.length - 1) : 0.9 * whole.length * (subgroup - 1);
  return {
    n: all.n,
    samples: samples.length,
    mean: all.mean,
    sigmaWithin,
    sigmaOverall,
    cp: spreadIndex(lower, upper, sigmaWithin, within),
    cpk: placeIndex(all.mean, lower, upper, sigmaWithin, all.n, within),
    pp: spreadIndex(lower, upper, sigmaOverall, all.n - 1),
    ppk: placeIndex(all.mean, lower, upper, sigmaOverall, all.n, all.n - 1),
  };
}

/** Cp or Pp with its interval: the standard deviation has so many degrees of freedom. */
export function spreadIndex(
  lower: number | null,
  upper: number | null,
  sigma: number,
  degrees: number,
): Estimate | null {
  if (lower === null || upper === null) return null;
  const value = (upper - lower) / (6 * sigma);
  const tail = (1 - CONFIDENCE) / 2;
  return {
    value,
    low: value * Math.sqrt(chiSquaredQuantile(tail, degrees) / degrees),
    high: value * Math.sqrt(chiSquaredQuantile(1 - tail, degrees) / degrees),
  };
}

/** Cpk or Ppk with its interval (Bissell). */
export function placeIndex(
  mean: number,
  lower: number | null,
  upper: number | null,
  sigma: number,
  n: number,
  degrees: number,
): Estimate {
  const above = upper === null ? Number.POSITIVE_INFINITY : upper - mean;
  const below = lower === null ? Number.POSITIVE_INFINITY : mean - lower;
  const value = Math.min(above, below) / (3 * sigma);
  const half = normalQuantile(1 - (1 - CONFIDENCE) / 2) * Math.sqrt(1 / (9 * n) + value ** 2 / (2 * degrees));
  return { value, low: value - half, high: value + half };
}

/**
 * Whether a process gave no more signals than one in control does by chance: mean and two standard deviations of
 * what chance gives. Up to some sixty points that is none at all beyond 3 sigma.
 */
export function isStable(signals: number, points: number, falseAlarms: number): boolean {
  const expected = points * falseAlarms;
  return signals <= Math.floor(expected + 2 * Math.sqrt(expected));
}

/** How many values samples have, their mean (0 without any) and their sum of squared deviations from it. */
export function momentsOf(samples: readonly ChartSample[]): Moments {
  return samples.reduce(pooled, { n: 0, mean: 0, m2: 0 });
}

interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
}

/** Mean and squares of two groups as one (Chan, Golub and LeVeque 1979). */
function pooled(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  const apart = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (apart * b.n) / n,
    m2: a.m2 + b.m2 + (apart * apart * a.n * b.n) / n,
  };
}
