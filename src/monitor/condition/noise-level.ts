import { medianOfSorted } from "../robust.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import type { NumberMinute } from "./tag-minutes.ts";

/** Minutes whose middle is the noise of a moment: single jerks of the process are none. */
export const WINDOW = 15;
/** Values in a minute from which on its own spread says how noisy it is. */
export const MANY = 6;
/** A gap of more between two minutes makes a difference between them one of another length of time. */
const MOST_APART_MS = 2 * MINUTE_MS;
/**
 * Of the ways back from minute to minute a third is none even where noise is all, so that their middle says little: they
 * are averaged, without the largest ones of a window.
 */
export const JERKS = 4;
/** Makes that average the standard deviation of independent normal values: of 200,000 windows of them it is 0.253 of it. */
const WAY_BACK_TO_SIGMA = 3.954;

/** How noisy a tag is at a minute. */
export interface NoiseLevel {
  readonly minute: NumberMinute;
  /** The middle of the noise of the {@link WINDOW} minutes up to it, as a standard deviation, in the unit of the tag. */
  readonly level: number;
  /** Whether the tag showed more than one value in them: what stands still doesn't say how noisy it is. */
  readonly moves: boolean;
}

/**
 * The noise of a tag over time. Noise goes to and fro; a ramp, however steep, goes one way, and so do a step and a
 * course that bends. What is measured is therefore the way that values go back: none for whatever only rises or only
 * falls. It is the test of turning points (two of three independent values are one: I. J. Bienaymé, Sur une question de
 * probabilités, Bulletin de la SMF 2, 1874), with their size.
 */
export function noiseLevels(minutes: readonly NumberMinute[]): NoiseLevel[] {
  const noises = minutes.map((minute, index) => noiseOf(minute, minutes[index - 1], minutes[index - 2]));
  const many = minutes.every(({ count }) => count >= MANY);
  const levelOf = many ? medianOfSorted : withoutJerks;
  // The window's noises by size, kept so from minute to minute: sorting each window anew took a fifth of all that is looked at.
  const sorted: number[] = [];
  return minutes.map((minute, index) => {
    const begin = Math.max(0, index - WINDOW + 1);
    if (begin > 0) sorted.splice(placeOf(noises[begin - 1] as number, sorted), 1);
    const noise = noises[index] as number;
    sorted.splice(placeOf(noise, sorted), 0, noise);
    let [low, high] = [minute.min, minute.max];
    for (let at = begin; at < index; at++) {
      const { min, max } = minutes[at] as NumberMinute;
      if (min < low) low = min;
      if (max > high) high = max;
    }
    return { minute, level: levelOf(sorted), moves: high > low };
  });
}

function noiseOf(
  minute: NumberMinute,
  before: NumberMinute | undefined,
  beforeThat: NumberMinute | undefined,
): number {
  const { count, sd, last, min, max } = minute;
  const begin = before?.last;
  if (count >= MANY && sd !== null && typeof begin === "number" && typeof last === "number") {
    // From the last value before the minute by way of the smallest and the largest to its own last one, at least so much
    // is gone back. It begins before the minute, as a saw's teeth of a minute each would look like ramps. Half of
    // it is 0.7 standard deviations of six independent values, and 1.8 of sixty.
    const way = Math.max(max, begin) - Math.min(min, begin) - Math.abs(last - begin);
    return Math.min(sd, way / 2);
  }
  if (before === undefined || beforeThat === undefined) return 0;
  if (minute.atMs - before.atMs > MOST_APART_MS || before.atMs - beforeThat.atMs > MOST_APART_MS) return 0;
  const [there, back] = [before.mean - beforeThat.mean, minute.mean - before.mean];
  return there * back < 0 ? WAY_BACK_TO_SIGMA * Math.min(Math.abs(there), Math.abs(back)) : 0;
}

/** The place of the first of sorted numbers that isn't smaller. */
function placeOf(value: number, sorted: readonly number[]): number {
  let place = 0;
  while (place < sorted.length && (sorted[place] as number) < value) place++;
  return place;
}

function withoutJerks(sorted: readonly number[]): number {
  const usual = sorted.slice(0, Math.max(1, sorted.length - JERKS));
  return usual.reduce((sum, way) => sum + way, 0) / usual.length;
}
