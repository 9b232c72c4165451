import type { TagLimits } from "../../plant/schema/tag.ts";
import { MINUTE_MS } from "../tags/resolution.ts";
import type { ConditionFinding, LookedAtTag } from "./condition-finding.ts";
import { shownTime, withUnit } from "./finding-words.ts";
import { hasNumbers, type NumberMinute, stretchesWhere, type TagMinute } from "./tag-minutes.ts";

/** Minutes in a row, at least: what is shorter is an alarm's affair. */
const MIN_MINUTES = 30;

/** A value beyond its alarm limits for so long that it isn't measured right, or nobody minds it. */
export function findOutOfRange(
  { machine, tag, wordsOf }: LookedAtTag,
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
      const worst = stretch.reduce((a, b) => (beyond(b) > beyond(a) ? b : a));
      const most = beyond(worst);
      const { alarm_low = null, alarm_high = null } = limitsAt(worst.atMs);
      const above = alarm_high !== null && worst.mean > alarm_high;
      const { unit } = wordsOf(tag);
      const toMs = last.atMs + MINUTE_MS;
      return {
        kind: "out_of_range" as const,
        ...{ machine, tag, fromMs: first.atMs, toMs },
        sure: 1 - MIN_MINUTES / stretch.length / 2,
        evidence: { minutes: stretch.length, most_beyond: most, alarm_low, alarm_high },
        says: `${above ? "above" : "below"} its alarm limit of ${withUnit((above ? alarm_high : alarm_low) ?? 0, unit)} for ${shownTime(toMs - first.atMs)}; by up to ${withUnit(most, unit)}`,
      };
    });
}

/** A tag that sends, and says itself that it has no value. */
export function findNoValue(
  { machine, tag, wordsOf }: LookedAtTag,
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
      const before = lastGood(minutes, first.atMs);
      return {
        kind: "no_value" as const,
        ...{ machine, tag, fromMs: first.atMs, toMs },
        sure: bad / values,
        evidence: {
          minutes: stretch.length,
          bad_share: bad / values,
          last_value: before,
        },
        says: `no good value for ${shownTime(toMs - first.atMs)}${before === null ? "" : `; the last one was ${withUnit(before, wordsOf(tag).unit)}`}`,
      };
    });
}

function lastGood(minutes: readonly TagMinute[], beforeMs: number): number | null {
  return minutes.filter(hasNumbers).findLast(({ atMs }) => atMs < beforeMs)?.mean ?? null;
}
