import type { TREATMENTS } from "../../plant/schema/quality.ts";
import type { ChartSample } from "./chart-limits.ts";

/** How values that hang together from one to the next are charted. */
export type Treatment = (typeof TREATMENTS)[number];

/** Beyond this, limits from moving ranges are far too narrow and nearly every chart cries wolf. */
export const MAX_CORRELATION = 0.25;

/** Correlation of values with those `lag` places before. */
export function autocorrelation(values: readonly number[], lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (squares === 0) return 0;
  const products = values
    .slice(lag)
    .reduce((sum, value, index) => sum + (value - mean) * ((values[index] ?? mean) - mean), 0);
  return products / squares;
}

/**
 * Every k-th sample, k the least at which they hang together no more; undefined when so few would be left that nothing
 * can be said (fewer than 20).
 */
export function subsampled(
  samples: readonly ChartSample[],
): { readonly samples: readonly ChartSample[]; readonly every: number } | undefined {
  const values = samples.map(({ mean }) => mean);
  for (let every = 1; samples.length / every >= 20; every++) {
    // A correlation from n values is uncertain by 1 / sqrt(n).
    if (autocorrelation(values, every) > Math.max(MAX_CORRELATION, 2 / Math.sqrt(values.length))) continue;
    return { samples: samples.filter((_, index) => index % every === 0), every };
  }
  return undefined;
}

/** A first-order autoregressive model: each value from the one before. */
export interface AutoregressiveModel {
  readonly mean: number;
  /** Correlation from one to the next. */
  readonly phi: number;
}

/** Fits the model to the first samples of a process. */
export function fitAutoregressive(samples: readonly ChartSample[]): AutoregressiveModel {
  const values = samples.map(({ mean }) => mean);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, phi: Math.max(-0.99, Math.min(0.99, autocorrelation(values, 1))) };
}

/**
 * What each value is beside what the model expects of the one before, around the mean: independent values, when the
 * model holds, that a chart of individuals can judge (Montgomery and Mastrangelo 1991; Alwan and Roberts 1988).
 */
export function residuals(
  samples: readonly ChartSample[],
  { mean, phi }: AutoregressiveModel,
): ChartSample[] {
  return samples.slice(1).map((sample, index) => {
    const before = samples[index]?.mean ?? mean;
    return { ...sample, n: 1, range: 0, m2: 0, mean: sample.mean - phi * (before - mean) };
  });
}
