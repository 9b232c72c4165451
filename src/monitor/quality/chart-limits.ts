import type { CHART_KINDS } from "../../plant/schema/quality.ts";
import { c4, d2, deviationFactors, MAX_FOR_RANGE, rangeFactors } from "./control-constants.ts";

/** What a control chart is made of: the values of one sample. */
export interface ChartSample {
  /** When it was taken, ms since 1970. */
  readonly atMs: number;
  /** Values in it. */
  readonly n: number;
  readonly mean: number;
  /** Largest less smallest value. */
  readonly range: number;
  /** Sum of squared deviations from the mean. */
  readonly m2: number;
}

/**
 * Charts of means with ranges (subgroups up to ten) or standard deviations, of individual values with their moving
 * range, and with a memory for small shifts.
 */
export type ChartKind = (typeof CHART_KINDS)[number];

/** What spread is judged by: within samples, or from one sample to the next. */
export type SpreadKind = "range" | "deviation" | "moving_range";

/** Limits as they were worked out once, with what from: they don't move with what they judge. */
export interface FrozenLimits {
  readonly spread: SpreadKind;
  /** Samples they were worked out from, and how many of those were left out as not belonging to the process. */
  readonly samples: number;
  readonly leftOut: number;
  /** Values in a sample. */
  readonly subgroup: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Centre line. */
  readonly center: number;
  /** Standard deviation within samples (from one to the next, for individual values). */
  readonly sigma: number;
  /** Mean range, standard deviation or moving range. */
  readonly spreadCenter: number;
}

/** Individual values need two for a range; fewer than this make no limits. */
const FEWEST = 2;

/** Which spread a kind of chart stands on, given how many values its samples have. */
export function spreadOf(kind: ChartKind, subgroup: number): SpreadKind {
  if (kind === "imr" || subgroup < 2) return "moving_range";
  if (kind === "xbar_s" || subgroup > MAX_FOR_RANGE) return "deviation";
  return "range";
}

/** The most frequent sample size: samples with another one are short. */
export function usualSize(samples: readonly ChartSample[]): number {
  const counts = new Map<number, number>();
  for (const { n } of samples) counts.set(n, (counts.get(n) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [1, 0])[0];
}

/**
 * Works limits out from the first samples of a process; undefined when there are too few, or when they don't vary.
 *
 * @param purge leaves out samples beyond the limits that they themselves give, at most a quarter, and works out the
 * rest anew: a disturbance among the first samples must not widen the limits for ever (ISO 7870-2, phase 1).
 */
export function freezeLimits(
  samples: readonly ChartSample[],
  kind: ChartKind,
  purge = true,
): FrozenLimits | undefined {
  const subgroup = usualSize(samples);
  const spread = spreadOf(kind, subgroup);
  const usable = spread === "moving_range" ? samples : samples.filter(({ n }) => n === subgroup);
  let kept = usable;
  let limits = limitsFrom(kept, spread, subgroup, usable.length);
  while (purge && limits !== undefined) {
    const within = kept.filter((sample) => isWithin(sample, limits as FrozenLimits));
    if (within.length === kept.length || within.length < 0.75 * usable.length) break;
    kept = within;
    limits = limitsFrom(kept, spread, subgroup, usable.length);
  }
  return limits;
}

function limitsFrom(
  samples: readonly ChartSample[],
  spread: SpreadKind,
  subgroup: number,
  of: number,
): FrozenLimits | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < FEWEST) return undefined;
  const { spreadCenter, sigma } = spreadFrom(samples, spread, subgroup);
  if (!(sigma > 0)) return undefined;
  return {
    spread,
    samples: samples.length,
    leftOut: of - samples.length,
    subgroup: spread === "moving_range" ? 1 : subgroup,
    fromMs: first.atMs,
    toMs: last.atMs,
    center: mean(samples.map((sample) => sample.mean)),
    sigma,
    spreadCenter,
  };
}

/** Mean range by d2, mean standard deviation by c4, mean moving range of two by d2(2) = 1.128. */
export function spreadFrom(
  samples: readonly ChartSample[],
  spread: SpreadKind,
  subgroup: number,
): { readonly spreadCenter: number; readonly sigma: number } {
  switch (spread) {
    case "range": {
      const spreadCenter = mean(samples.map(({ range }) => range));
      return { spreadCenter, sigma: spreadCenter / d2(subgroup) };
    }
    case "deviation": {
      const spreadCenter = mean(samples.map(deviationOf));
      return { spreadCenter, sigma: spreadCenter / c4(subgroup) };
    }
    case "moving_range": {
      const spreadCenter = mean(movingRanges(samples));
      return { spreadCenter, sigma: spreadCenter / d2(2) };
    }
  }
}

/** Standard deviation within a sample, of its sum of squares about the mean; needs two values. */
export function deviationOf({ m2, n }: ChartSample): number {
  return Math.sqrt(m2 / (n - 1));
}

function movingRanges(samples: readonly ChartSample[]): number[] {
  return samples
    .slice(1)
    .map((sample, index) => Math.abs(sample.mean - (samples[index]?.mean ?? sample.mean)));
}

/** Lower and upper limit of what judges the spread. */
export function spreadLimits(limits: FrozenLimits): { readonly lower: number; readonly upper: number } {
  const { lower, upper } =
    limits.spread === "deviation"
      ? deviationFactors(limits.subgroup)
      : rangeFactors(limits.spread === "range" ? limits.subgroup : 2);
  return { lower: lower * limits.spreadCenter, upper: upper * limits.spreadCenter };
}

/** Standard deviation of a sample's mean. */
export function sigmaOfMean(limits: FrozenLimits, n: number): number {
  return limits.spread === "moving_range" ? limits.sigma : limits.sigma / Math.sqrt(Math.max(1, n));
}

function isWithin(sample: ChartSample, limits: FrozenLimits): boolean {
  if (Math.abs(sample.mean - limits.center) > 3 * sigmaOfMean(limits, sample.n)) return false;
  if (limits.spread === "moving_range") return true;
  const { lower, upper } = spreadLimits(limits);
  const spread = limits.spread === "range" ? sample.range : deviationOf(sample);
  return spread >= lower && spread <= upper;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
