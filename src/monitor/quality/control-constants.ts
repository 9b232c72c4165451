import { lnGamma } from "./distributions.ts";

/**
 * Mean d2 and standard deviation d3 of the range of n values of a standard normal distribution, n from 2 to 10 (H. L.
 * Harter, Annals of Mathematical Statistics 31, 1960; rounded in ISO 7870-2 table 2, and as A2, D3 and D4 in AIAG SPC,
 * appendix E).
 */
const D2 = [
  1.128379, 1.692569, 2.058751, 2.325929, 2.534413, 2.704357, 2.847201, 2.970026, 3.077505,
] as const;
const D3 = [0.852502, 0.888368, 0.879808, 0.864082, 0.84804, 0.833205, 0.819831, 0.807834, 0.797051] as const;

/** The largest subgroup whose range is used; beyond ten values it wastes what they say (AIAG, SPC). */
export const MAX_FOR_RANGE = 10;

/** Mean of the range in standard deviations; n from 2 to 10. */
export function d2(n: number): number {
  return D2[n - 2] ?? Number.NaN;
}

/** Standard deviation of the range in standard deviations; n from 2 to 10. */
function d3(n: number): number {
  return D3[n - 2] ?? Number.NaN;
}

/** Mean of the sample standard deviation in standard deviations: sqrt(2/(n-1)) Gamma(n/2) / Gamma((n-1)/2). */
export function c4(n: number): number {
  return Math.sqrt(2 / (n - 1)) * Math.exp(lnGamma(n / 2) - lnGamma((n - 1) / 2));
}

/** A2, D3 and D4: limits of means and ranges in mean ranges. */
export function rangeFactors(n: number): {
  readonly a2: number;
  readonly lower: number;
  readonly upper: number;
} {
  const spread = (3 * d3(n)) / d2(n);
  return { a2: 3 / (d2(n) * Math.sqrt(n)), lower: Math.max(0, 1 - spread), upper: 1 + spread };
}

/** A3, B3 and B4: limits of means and standard deviations in mean standard deviations. */
export function deviationFactors(n: number): {
  readonly a3: number;
  readonly lower: number;
  readonly upper: number;
} {
  const spread = (3 * Math.sqrt(1 - c4(n) ** 2)) / c4(n);
  return { a3: 3 / (c4(n) * Math.sqrt(n)), lower: Math.max(0, 1 - spread), upper: 1 + spread };
}
