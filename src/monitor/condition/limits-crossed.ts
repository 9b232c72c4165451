import type { TagLimits } from "../../plant/schema/tag.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import { type ConditionFinding, shown, shownTime } from "./condition-finding.ts";
import { hasNumbers, type NumberMinute, stretchesWhere, type TagMinute } from "./tag-minutes.ts";

/** Minutes in a row, at least: what is shorter is an alarm's affair. */
const MIN_MINUTES = 30;

/** A value beyond its alarm limits for so long that it isn't measured right, or nobody minds it. */
export function findOutOfRange(
  machine: string,
  tag: string,
  minutes: readonly NumberMinute[],
  limitsAt: (atMs: number) => TagLimits,
  fromMs: number,
): ConditionFinding[] {
  const beyond = (minute: NumberMinute) => {
    const { alarm_low = Number.NEGATIVE_INFINITY, alarm_high = Number.POSITIVE_INFINITY } = limitsAt(
      minute.atMs,
    );
    return Math.max(0, minute.mean - alarm_high, alarm_low - minute.mean);
  };
  return stretchesWhere(minutes, (minute) => minute.atMs >= fromMs && beyond(minute) > 0)
    .filter((stretch) => stretch.length >= MIN_MINUTES)
    .map((stretch) => {
      const [first, last] = [stretch[0] as NumberMinute, stretch.at(-1) as NumberMinute];
      const most = Math.max(...stretch.map(beyond));
      const { alarm_low = null, alarm_high = null } = limitsAt(first.atMs);
      const toMs = last.atMs + MINUTE_MS;
      return {
        kind: "out_of_range" as const,
        ...{ machine, tag, fromMs: first.atMs, toMs },
        sure: 1 - MIN_MINUTES / stretch.length / 2,
        evidence: { minutes: stretch.length, most_beyond: most, alarm_low, alarm_high },
        says: `beyond its alarm limit for ${shownTime(toMs - first.atMs)}, by up to ${shown(most)}`,
      };
    });
}

/** A tag that sends, and says itself that it has no value. */
export function findNoValue(
  machine: string,
  tag: string,
  minutes: readonly TagMinute[],
  fromMs: number,
): ConditionFinding[] {
  return stretchesWhere(minutes, (minute) => minute.atMs >= fromMs && minute.bad > 0.5)
    .filter((stretch) => stretch.length >= MIN_MINUTES)
    .map((stretch) => {
      const [first, last] = [stretch[0] as TagMinute, stretch.at(-1) as TagMinute];
      const toMs = last.atMs + MINUTE_MS;
      const values = stretch.reduce((sum, minute) => sum + minute.values, 0);
      const bad = stretch.reduce((sum, minute) => sum + minute.values * minute.bad, 0);
      return {
        kind: "no_value" as const,
        ...{ machine, tag, fromMs: first.atMs, toMs },
        sure: bad / values,
        evidence: {
          minutes: stretch.length,
          bad_share: bad / values,
          last_value: lastGood(minutes, first.atMs),
        },
        says: `no good value for ${shownTime(toMs - first.atMs)}`,
      };
    });
}

function lastGood(minutes: readonly TagMinute[], beforeMs: number): number | null {
  return minutes.filter(hasNumbers).findLast(({ atMs }) => atMs < beforeMs)?.mean ?? null;
}
