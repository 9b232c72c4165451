import { median, quantile } from "../robust.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import type { ConditionFinding, LookedAtTag } from "./condition-finding.ts";
import { withUnit } from "./finding-words.ts";
import { JERKS, MANY, noiseLevels, WINDOW } from "./noise-level.ts";
import { type NumberMinute, stretchesWhere } from "./tag-minutes.ts";

/** Minutes of comparison in which the tag moves, at least. */
const MIN_COMPARED = 120;
/** Minutes that are too noisy, at least: a window of noise without its calmest ones. */
const MIN_NOISY = WINDOW - JERKS;
/** So many times the noise that the tag has at the worst of times. */
const TIMES_NOISIER = 3;

/**
 * A sensor whose values jump to and fro: its noise is many times what it is even in the most restless hours of the time
 * of comparison. Only minutes count there in which the tag moves: what stood still then, and moves now, has nothing to be
 * compared with.
 */
export function findNoisy(
  of: LookedAtTag,
  minutes: readonly NumberMinute[],
  fromMs: number,
): ConditionFinding[] {
  // Noise within a minute and noise from minute to minute are two measures: a machine that sends more often from some
  // time on has not become noisy.
  const alike = Map.groupBy(minutes, ({ count }) => count >= MANY);
  return [...alike.values()].flatMap((each) => noisyAmong(of, each, fromMs));
}

function noisyAmong(of: LookedAtTag, minutes: readonly NumberMinute[], fromMs: number): ConditionFinding[] {
  const { machine, tag, wordsOf } = of;
  const { unit } = wordsOf(tag);
  const levels = noiseLevels(minutes);
  const compared = levels
    .slice(WINDOW)
    .filter(({ minute, moves }) => minute.atMs < fromMs && moves)
    .map(({ level }) => level);
  if (compared.length < MIN_COMPARED) return [];
  const usual = quantile(compared, 0.99);
  // A tag that hardly moves has no noise to compare with; the smallest step that it shows is one.
  const limit = TIMES_NOISIER * Math.max(usual, smallestStep(minutes));
  const levelAt = new Map(levels.map(({ minute, level }) => [minute, level]));
  const levelOf = (minute: NumberMinute) => levelAt.get(minute) ?? 0;
  const isAbove = (minute: NumberMinute) => levelOf(minute) > limit;
  let lastAboveMs = Number.NEGATIVE_INFINITY;
  return stretchesWhere(minutes, (minute) => {
    if (minute.atMs < fromMs) return false;
    if (isAbove(minute)) lastAboveMs = minute.atMs;
    // That a few minutes among noisy ones are calm is chance.
    return minute.atMs - lastAboveMs < WINDOW * MINUTE_MS;
  })
    .map((stretch) => stretch.slice(0, stretch.findLastIndex(isAbove) + 1))
    .filter((stretch) => stretch.filter(isAbove).length >= MIN_NOISY)
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
        says: `jumps by ${withUnit(noise, unit)} from value to value; before at most ${withUnit(usual, unit)}`,
      };
    });
}

function smallestStep(minutes: readonly NumberMinute[]): number {
  let step = Number.POSITIVE_INFINITY;
  let before: number | undefined;
  for (const { count, min, max } of minutes) {
    if (max > min) step = Math.min(step, max - min);
    // Minutes of one value each show its steps from minute to minute.
    else if (count === 1 && before !== undefined && min !== before)
      step = Math.min(step, Math.abs(min - before));
    before = count === 1 ? min : undefined;
  }
  return Number.isFinite(step) ? step : 0;
}
