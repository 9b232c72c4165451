/** The middle value; of an even number the mean of the two. NaN for none. */
export function median(values: readonly number[]): number {
  return medianOfSorted(new Float64Array(values).sort());
}

/** The same of numbers in the order of size. */
export function medianOfSorted(sorted: ArrayLike<number>): number {
  const half = sorted.length >> 1;
  const high = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[half - 1] ?? Number.NaN) + high) / 2;
}

/** The value below which a share of the values lies, 0 to 1, by the nearest rank. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = new Float64Array(values).sort();
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}

/** Makes the median absolute deviation of normal values their standard deviation (Rousseeuw and Croux, 1993). */
const MAD_TO_SIGMA = 1.4826;

/** The spread of values as a standard deviation that outliers don't move: 1.4826 · median |x - median|. */
export function robustSigma(values: readonly number[]): number {
  const middle = median(values);
  return MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - middle)));
}

/** A point of a line that is fitted; the units are the caller's. */
export type Point = readonly [x: number, y: number];

/** A straight line through points that a few wrong ones don't turn. */
export interface RobustLine {
  readonly slope: number;
  /** Bounds of the slope's 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
  /** Kendall's tau of y over x, -1 to 1: whether all pairs rise, or fall. */
  readonly tau: number;
  /** Points. */
  readonly n: number;
}

/** The 97.5 % quantile of the normal distribution. */
const Z = 1.96;

/**
 * The Theil-Sen line through groups of points that have one slope and levels of their own: the median of the slopes of
 * all pairs within a group, with its confidence interval by Kendall's statistic (P. K. Sen, Estimates of the regression
 * coefficient based on Kendall's tau, JASA 63, 1968). The interval takes points as independent: thin what isn't.
 */
export function robustLine(groups: readonly (readonly Point[])[]): RobustLine {
  const slopes: number[] = [];
  let variance = 0;
  let sign = 0;
  let n = 0;
  for (const points of groups) {
    const count = points.length;
    n += count;
    // Of Kendall's S, without ties: n (n - 1) (2n + 5) / 18.
    variance += (count * (count - 1) * (2 * count + 5)) / 18;
    for (let j = 1; j < count; j++) {
      const [xj, yj] = points[j] as Point;
      for (let i = 0; i < j; i++) {
        const [xi, yi] = points[i] as Point;
        if (xi === xj) continue;
        const slope = (yj - yi) / (xj - xi);
        slopes.push(slope);
        sign += Math.sign(slope);
      }
    }
  }
  slopes.sort((a, b) => a - b);
  const pairs = slopes.length;
  const reach = Z * Math.sqrt(variance);
  const at = (rank: number) => slopes[Math.min(pairs - 1, Math.max(0, Math.round(rank)))] ?? Number.NaN;
  return {
    slope: median(slopes),
    low: at((pairs - reach) / 2 - 1),
    high: at((pairs + reach) / 2),
    tau: pairs === 0 ? 0 : sign / pairs,
    n,
  };
}
