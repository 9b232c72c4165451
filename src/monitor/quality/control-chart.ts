import {
  type ChartKind,
  type ChartSample,
  deviationOf,
  type FrozenLimits,
  sigmaOfMean,
  spreadLimits,
} from "./chart-limits.ts";
import { brokenRules, type Rule } from "./runs-rules.ts";

/** One point of a control chart. */
export interface ChartPoint {
  readonly atMs: number;
  readonly n: number;
  /** What is drawn: the mean, the weighted mean (EWMA), or the larger cumulative sum with its side's sign (CUSUM). */
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Range, standard deviation or moving range; null for the first moving range, and where the chart has none. */
  readonly spread: number | null;
  /** The rules that the point breaks; `spread` when its range or standard deviation is beyond the limits. */
  readonly signals: readonly ChartSignal[];
}

type ChartSignal = Rule | "spread";

/** EWMA: weight of the newest sample and width of the limits (ISO 7870-6; Lucas and Saccucci 1990). */
const EWMA = { weight: 0.2, width: 2.7 } as const;
/** CUSUM: slack and decision interval in standard deviations (ISO 7870-4; Montgomery). */
const CUSUM = { slack: 0.5, decision: 5 } as const;

/** Parameters of the charts with a memory. */
export interface MemoryParameters {
  readonly weight?: number;
  readonly width?: number;
  readonly slack?: number;
  readonly decision?: number;
}

/** The points of a chart, judged by limits that were frozen before. */
export function chartPoints(
  samples: readonly ChartSample[],
  limits: FrozenLimits,
  kind: ChartKind,
  rules: readonly Rule[],
  parameters: MemoryParameters = {},
): ChartPoint[] {
  switch (kind) {
    case "ewma":
      return ewmaPoints(samples, limits, parameters);
    case "cusum":
      return cusumPoints(samples, limits, parameters);
    default:
      return shewhartPoints(samples, limits, rules);
  }
}

function shewhartPoints(
  samples: readonly ChartSample[],
  limits: FrozenLimits,
  rules: readonly Rule[],
): ChartPoint[] {
  const deviations = samples.map(({ mean, n }) => (mean - limits.center) / sigmaOfMean(limits, n));
  const broken = brokenRules(deviations, rules);
  const { lower, upper } = spreadLimits(limits);
  return samples.map((sample, index) => {
    const spread = spreadAt(samples, index, limits);
    // Limits of the spread hold for whole samples only. Beyond them is a signal of its own.
    const whole = limits.spread === "moving_range" || sample.n === limits.subgroup;
    const apart = spread !== null && whole && (spread > upper || spread < lower);
    // A jump shows in the moving range as well: there the value's own rules say it (ISO 7870-2).
    const spreads = apart && limits.spread !== "moving_range";
    const width = 3 * sigmaOfMean(limits, sample.n);
    return {
      atMs: sample.atMs,
      n: sample.n,
      value: sample.mean,
      lower: limits.center - width,
      upper: limits.center + width,
      spread,
      signals: [...(broken[index] ?? []), ...(spreads ? (["spread"] as const) : [])],
    };
  });
}

function spreadAt(samples: readonly ChartSample[], index: number, limits: FrozenLimits): number | null {
  const sample = samples[index];
  if (sample === undefined) return null;
  if (limits.spread === "range") return sample.range;
  if (limits.spread === "deviation") return sample.n < 2 ? null : deviationOf(sample);
  const before = samples[index - 1];
  return before === undefined ? null : Math.abs(sample.mean - before.mean);
}

/** Exponentially weighted moving average with the limits of its i-th point (ISO 7870-6). */
function ewmaPoints(
  samples: readonly ChartSample[],
  limits: FrozenLimits,
  { weight = EWMA.weight, width = EWMA.width }: MemoryParameters,
): ChartPoint[] {
  let value = limits.center;
  return samples.map(({ atMs, mean, n }, index) => {
    value = weight * mean + (1 - weight) * value;
    const share = (weight / (2 - weight)) * (1 - (1 - weight) ** (2 * (index + 1)));
    const half = width * sigmaOfMean(limits, n) * Math.sqrt(share);
    const beyond = Math.abs(value - limits.center) > half;
    return {
      atMs,
      n,
      value,
      lower: limits.center - half,
      upper: limits.center + half,
      spread: null,
      signals: beyond ? ["beyond_3_sigma"] : [],
    };
  });
}

/** Two one-sided cumulative sums in standard deviations (tabular CUSUM, ISO 7870-4); the larger one is drawn. */
function cusumPoints(
  samples: readonly ChartSample[],
  limits: FrozenLimits,
  { slack = CUSUM.slack, decision = CUSUM.decision }: MemoryParameters,
): ChartPoint[] {
  let up = 0;
  let down = 0;
  return samples.map(({ atMs, mean, n }) => {
    const deviation = (mean - limits.center) / sigmaOfMean(limits, n);
    up = Math.max(0, up + deviation - slack);
    down = Math.max(0, down - deviation - slack);
    return {
      atMs,
      n,
      value: up >= down ? up : -down,
      lower: -decision,
      upper: decision,
      spread: null,
      signals: Math.max(up, down) > decision ? ["beyond_3_sigma"] : [],
    };
  });
}

/** Signals as an operator counts them: points in a row that break the same rule are one. */
export function signalEpisodes(points: readonly ChartPoint[]): number {
  let episodes = 0;
  let before: readonly ChartSignal[] = [];
  for (const { signals } of points) {
    if (signals.some((signal) => !before.includes(signal))) episodes++;
    before = signals;
  }
  return episodes;
}
