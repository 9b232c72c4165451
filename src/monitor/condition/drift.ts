import { median, type Point, type RobustLine, robustLine, robustSigma } from "../robust.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import type { ConditionFinding, LookedAtTag } from "./condition-finding.ts";
import { shownTime, withUnit } from "./finding-words.ts";
import { isCounter, type NumberMinute } from "./tag-minutes.ts";

/** Minutes whose middle is one point: noise and short disturbances are gone, and points hardly depend on each other. */
const POINT_MINUTES = 10;
/** Points in a window: three hours. */
const WINDOW = 18;
/** Windows of comparison, at least: half a day of them says what the process does by itself. */
const MIN_COMPARED = 24;
/** Beyond the largest change of the time of comparison, so many times. */
const TIMES_MORE = 1.75;
/** Kendall's tau from which on a course is a steady one. */
const STEADY = 0.8;
/** The change in standard deviations of what is beside the line. */
const MIN_SIGMAS = 4;

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly line: RobustLine;
  /** The line's change from begin to end, in the unit of the tag. */
  readonly change: number;
  readonly sigma: number;
  /** Whether it had more than one value. */
  readonly moves: boolean;
}

/**
 * A value that moves steadily one way for hours, further than it ever did in the time of comparison: what the process
 * does by itself (heating up, emptying, another product) it did then, too.
 */
export function findDrift(
  { machine, tag, wordsOf }: LookedAtTag,
  minutes: readonly NumberMinute[],
  fromMs: number,
): ConditionFinding[] {
  if (isCounter(minutes)) return [];
  const windows = windowsOf(minutes);
  // What stood still then says nothing of how far it moves by itself: a bin that was never drawn from, say.
  const compared = windows.filter(({ toMs, moves }) => toMs <= fromMs && moves);
  if (compared.length < MIN_COMPARED) return [];
  const most = Math.max(...compared.map(({ change }) => Math.abs(change)));
  const drifting = windows.filter(
    ({ toMs, change, line, sigma }) =>
      toMs > fromMs &&
      Math.abs(change) > TIMES_MORE * most &&
      Math.abs(line.tau) >= STEADY &&
      Math.abs(change) >= MIN_SIGMAS * sigma,
  );
  return joined(drifting).map((found) => {
    const first = found[0] as Window;
    const worst = found.reduce((a, b) => (Math.abs(b.change) > Math.abs(a.change) ? b : a));
    const { unit } = wordsOf(tag);
    const perHour = worst.line.slope * 3_600_000;
    const toMs = Math.max(...found.map((each) => each.toMs));
    return {
      kind: "drift" as const,
      ...{ machine, tag, fromMs: first.fromMs, toMs },
      sure: 1 - (TIMES_MORE * most) / Math.abs(worst.change) / 2,
      evidence: {
        per_hour: perHour,
        per_hour_low: worst.line.low * 3_600_000,
        per_hour_high: worst.line.high * 3_600_000,
        tau: worst.line.tau,
        change_in_window: worst.change,
        most_before: most,
        compared_windows: compared.length,
      },
      says: `${perHour > 0 ? "rises" : "falls"} steadily by ${withUnit(Math.abs(perHour), unit)} an hour for ${shownTime(toMs - first.fromMs)}; ${withUnit(Math.abs(worst.change), unit)} in 3 h, before at most ${withUnit(most, unit)}`,
    };
  });
}

function windowsOf(minutes: readonly NumberMinute[]): Window[] {
  const points = pointsOf(minutes);
  const windows: Window[] = [];
  for (let end = WINDOW; end <= points.length; end += WINDOW / 6) {
    const part = points.slice(end - WINDOW, end);
    const [fromMs, toMs] = [part[0]?.[0] ?? 0, (part.at(-1)?.[0] ?? 0) + POINT_MINUTES * MINUTE_MS];
    // A gap within makes it another length of time.
    if (toMs - fromMs > (WINDOW + 3) * POINT_MINUTES * MINUTE_MS) continue;
    const line = robustLine([part]);
    const beside = part.map(([x, y]) => y - line.slope * (x - fromMs));
    windows.push({
      ...{ fromMs, toMs, line },
      change: line.slope * (toMs - fromMs),
      sigma: robustSigma(beside),
      moves: part.some(([, y]) => y !== part[0]?.[1]),
    });
  }
  return windows;
}

function pointsOf(minutes: readonly NumberMinute[]): Point[] {
  const widthMs = POINT_MINUTES * MINUTE_MS;
  const groups = Map.groupBy(minutes, ({ atMs }) => Math.floor(atMs / widthMs) * widthMs);
  return [...groups].map(([atMs, group]): Point => [atMs, median(group.map(({ mean }) => mean))]);
}

/** Windows that overlap, together. */
function joined(windows: readonly Window[]): Window[][] {
  const groups: Window[][] = [];
  for (const window of windows) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && window.fromMs < last.toMs) groups.at(-1)?.push(window);
    else groups.push([window]);
  }
  return groups;
}
