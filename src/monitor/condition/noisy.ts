import { median, quantile } from "../robust.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import { type ConditionFinding, shown, shownTime } from "./condition-finding.ts";
import { type NumberMinute, stretchesWhere } from "./tag-minutes.ts";

/** Minutes whose middle is the noise of a moment: single jerks of the process are none. */
const WINDOW = 15;
/** Minutes of comparison, at least. */
const MIN_COMPARED = 45;
/** So many times the noise that the tag has at the worst of times. */
const TIMES_NOISIER = 3;
/** Values in a minute from which on its own spread says how noisy it is. */
const MANY = 10;

/**
 * A sensor whose values jump: its noise from one value to the next is many times what it is even in the most restless
 * hours of the time of comparison.
 */
export function findNoisy(
  machine: string,
  tag: string,
  minutes: readonly NumberMinute[],
  fromMs: number,
): ConditionFinding[] {
  // Noise within a minute and noise from minute to minute are two measures: a machine that sends more often from some
  // time on has not become noisy.
  const alike = Map.groupBy(minutes, ({ count }) => count >= MANY);
  return [...alike.values()].flatMap((each) => noisyAmong(machine, tag, each, fromMs));
}

function noisyAmong(
  machine: string,
  tag: string,
  minutes: readonly NumberMinute[],
  fromMs: number,
): ConditionFinding[] {
  const noises = minutes.map((minute, index) => noiseOf(minute, minutes[index - 1]));
  const levels = noises.map((_, index) => median(noises.slice(Math.max(0, index - WINDOW + 1), index + 1)));
  const before = minutes.filter(({ atMs }) => atMs < fromMs).length;
  const compared = levels.slice(Math.min(WINDOW, before), before);
  if (compared.length < MIN_COMPARED) return [];
  const usual = quantile(compared, 0.99);
  // A tag that never moves has no noise to compare with; the smallest step that it shows is one.
  const limit = TIMES_NOISIER * Math.max(usual, smallestStep(minutes));
  const level = new Map(minutes.map(({ atMs }, index) => [atMs, levels[index] ?? 0]));
  const levelOf = (minute: NumberMinute) => level.get(minute.atMs) ?? 0;
  return stretchesWhere(minutes, (minute) => minute.atMs >= fromMs && levelOf(minute) > limit)
    .filter((stretch) => stretch.length >= WINDOW)
    .map((stretch) => {
      const [first, last] = [stretch[0] as NumberMinute, stretch.at(-1) as NumberMinute];
      const noise = median(stretch.map(levelOf));
      const toMs = last.atMs + MINUTE_MS;
      // The window's middle passes the limit when half of it is noisy.
      const begin = first.atMs - (WINDOW >> 1) * MINUTE_MS;
      return {
        kind: "noisy" as const,
        ...{ machine, tag, fromMs: begin, toMs },
        sure: 1 - (limit / noise) ** 2 / 2,
        evidence: {
          noise,
          usual_noise: median(compared),
          most_restless_noise: usual,
          times: noise / Math.max(usual, Number.MIN_VALUE),
          compared_minutes: compared.length,
        },
        says: `jumps by ${shown(noise)} from value to value for ${shownTime(toMs - begin)}; at its most restless it was ${shown(usual)} before`,
      };
    });
}

/** The noise of a minute as a standard deviation: what is left of the spread when the minute's own slope is taken out. */
function noiseOf(minute: NumberMinute, before: NumberMinute | undefined): number {
  const { count, sd, first, last } = minute;
  if (count >= MANY && sd !== null && typeof first === "number" && typeof last === "number") {
    // A straight line from first to last has a variance of a twelfth of its height squared.
    return Math.sqrt(Math.max(0, sd ** 2 - (last - first) ** 2 / 12));
  }
  // Two values of the same noise differ by the square root of two of it.
  return before === undefined ? 0 : Math.abs(minute.mean - before.mean) / Math.SQRT2;
}

function smallestStep(minutes: readonly NumberMinute[]): number {
  let step = Number.POSITIVE_INFINITY;
  for (const { min, max } of minutes) if (max > min) step = Math.min(step, max - min);
  return Number.isFinite(step) ? step : 0;
}
