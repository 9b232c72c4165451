import { CHATTERING, FLOOD } from "./performance-targets.ts";

/** More alarms than a person can take in. */
export interface AlarmFlood {
  /** When the first alarm of it came, ms since 1970. */
  readonly fromMs: number;
  /** When fewer than five had come in ten minutes; null while it goes on. */
  readonly untilMs: number | null;
  readonly alarms: number;
  /** The most in ten minutes. */
  readonly most: number;
  /** The first of them, which often name the cause: their places in what was asked. */
  readonly first: readonly number[];
}

const SHOWN = 5;

/**
 * Floods in the times at which alarms came, sorted: a flood begins with the alarm by which more than ten came within
 * ten minutes (and counts from the first of these), and ends as soon as fewer than five came in the last ten minutes.
 */
export function alarmFloods(timesMs: readonly number[], untilMs: number): AlarmFlood[] {
  const floods: AlarmFlood[] = [];
  let oldest = 0;
  let flood: { begin: number; most: number } | undefined;
  const close = (flooded: { begin: number; most: number }, last: number, endMs: number | null): void => {
    floods.push({
      fromMs: timesMs[flooded.begin] ?? 0,
      untilMs: endMs,
      alarms: last - flooded.begin + 1,
      most: flooded.most,
      first: Array.from({ length: Math.min(SHOWN, last - flooded.begin + 1) }, (_, at) => flooded.begin + at),
    });
  };
  for (const [index, atMs] of timesMs.entries()) {
    if (flood !== undefined) {
      const endMs = ebbMs(timesMs, index - 1);
      if (endMs < atMs) {
        close(flood, index - 1, endMs);
        flood = undefined;
      }
    }
    while ((timesMs[oldest] ?? 0) <= atMs - FLOOD.windowMs) oldest++;
    const within = index - oldest + 1;
    if (flood !== undefined) flood.most = Math.max(flood.most, within);
    else if (within > FLOOD.beginsAbove) flood = { begin: oldest, most: within };
  }
  if (flood !== undefined) {
    const endMs = ebbMs(timesMs, timesMs.length - 1);
    close(flood, timesMs.length - 1, endMs <= untilMs ? endMs : null);
  }
  return floods;
}

/** When, with nothing after `last`, fewer than five alarms have come in ten minutes: the fifth last is out then. */
function ebbMs(timesMs: readonly number[], last: number): number {
  return (timesMs[last - FLOOD.endsBelow + 1] ?? 0) + FLOOD.windowMs;
}

/** How often within a span a window began of which an alarm came three times in a minute; windows don't overlap. */
export function chatters(timesMs: readonly number[]): number {
  let episodes = 0;
  let index = 0;
  while (index + CHATTERING.times <= timesMs.length) {
    const end = timesMs[index + CHATTERING.times - 1] ?? 0;
    if (end - (timesMs[index] ?? 0) > CHATTERING.withinMs) {
      index++;
      continue;
    }
    episodes++;
    index += CHATTERING.times;
    // It goes on chattering while the next one comes within a minute of the last.
    while (index < timesMs.length && (timesMs[index] ?? 0) - (timesMs[index - 1] ?? 0) <= CHATTERING.withinMs)
      index++;
  }
  return episodes;
}
