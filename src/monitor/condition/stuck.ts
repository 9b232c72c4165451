import { MINUTE_MS } from "../tags/resolution.ts";
import type { ConditionFinding, LookedAtTag } from "./condition-finding.ts";
import { bareTime, shownTime, type TimeUnit, theTag, timeUnitFor, unrounded } from "./finding-words.ts";
import { isCounter, type NumberMinute, stretchesWhere } from "./tag-minutes.ts";

/** Minutes of standing still while another tag moves, at least. */
const MIN_MINUTES = 20;
/** Minutes of comparison in which that other tag moves, at least; and no fewer than those in which only that one does. */
const MIN_COMPARED = 120;
/** So many times longer than ever otherwise. */
const TIMES_LONGER = 4;
/** The share of minutes in which a tag that is well may stand still while the other moves. */
const MAX_STILL_SHARE = 0.1;

/**
 * A sensor that shows exactly the same for long, while another tag of the machine moves with which it otherwise moves.
 * Minutes in which the machine stands are not asked: its rolls cool down while everything else rests. Nor is a value at
 * the end of all that the tag showed otherwise: a tunnel that is full of moulds, a tank that is empty, a valve that is
 * open are rightly so for hours.
 */
export function findStuck(
  { machine, tag, wordsOf }: LookedAtTag,
  minutes: readonly NumberMinute[],
  siblings: ReadonlyMap<string, readonly NumberMinute[]>,
  fromMs: number,
): ConditionFinding[] {
  if (isCounter(minutes)) return [];
  const longest = stretchesWhere(minutes, isStill).filter(
    (still) => still.length >= MIN_MINUTES && (still.at(-1)?.atMs ?? 0) >= fromMs,
  );
  // A counter moves with everything, and with nothing in particular.
  const sensors = [...siblings].filter(([name, others]) => name !== tag && !isCounter(others));
  return longest.flatMap((still) => {
    const shows = still.map(({ atMs }) => atMs);
    const within = new Set(shows);
    if (isAtEnd(still, minutes, within)) return [];
    const best = sensors
      .map(([name, others]) => comparedWith(name, minutes, others, within))
      .filter(
        ({ compared, moves, stillShare }) =>
          compared >= Math.max(MIN_COMPARED, moves) && stillShare <= MAX_STILL_SHARE,
      )
      .sort((a, b) => b.moves - a.moves || a.stillShare - b.stillShare)[0];
    if (best === undefined) return [];
    if (best.moves < Math.max(MIN_MINUTES, TIMES_LONGER * best.longestElse)) return [];
    const [first, last] = [still[0] as NumberMinute, still.at(-1) as NumberMinute];
    const lengthMs = last.atMs + MINUTE_MS - first.atMs;
    return [
      {
        kind: "stuck" as const,
        ...{ machine, tag, fromMs: first.atMs, toMs: last.atMs + MINUTE_MS },
        sure: 1 - 1 / (1 + best.moves / Math.max(1, best.longestElse * 2)),
        evidence: {
          value: first.min,
          still_minutes: still.length,
          moves_otherwise_with: best.name,
          that_moved_minutes: best.moves,
          longest_still_otherwise_minutes: best.longestElse,
          still_otherwise_share: best.stillShare,
          compared_minutes: best.compared,
        },
        says: `exactly ${unrounded(first.min, wordsOf(tag).unit)} for ${shownTime(lengthMs)} while ${theTag(wordsOf(best.name))} changed; ${otherwise(best, timeUnitFor(lengthMs))}`,
      },
    ];
  });
}

/** All lengths of time in the unit in which the sentence began. */
function otherwise({ longestElse, compared }: Comparison, unit: TimeUnit): string {
  const minutes = `${bareTime(compared * MINUTE_MS, unit)} other ${unit === "min" ? "minutes" : "hours"}`;
  return longestElse === 0
    ? `in ${minutes} both always moved together`
    : `in ${minutes} it stood still beside that for at most ${shownTime(longestElse * MINUTE_MS, unit)}`;
}

/** Whether a value lies at the lower or the upper end of all that the tag showed outside of a stretch. */
function isAtEnd(
  still: readonly NumberMinute[],
  minutes: readonly NumberMinute[],
  within: ReadonlySet<number>,
): boolean {
  const value = still[0]?.min ?? 0;
  const others = minutes.filter(({ atMs }) => !within.has(atMs));
  return others.every(({ max }) => max <= value) || others.every(({ min }) => min >= value);
}

function isStill(minute: NumberMinute, before: NumberMinute | undefined): boolean {
  return minute.min === minute.max && (before === undefined || minute.min === before.max || isStart(before));
}

/** A stretch may begin with any minute that is still in itself. */
function isStart(before: NumberMinute): boolean {
  return before.min !== before.max;
}

function moved(minute: NumberMinute, before: NumberMinute | undefined): boolean {
  return minute.min !== minute.max || (before !== undefined && before.max !== minute.min);
}

interface Comparison {
  readonly name: string;
  /** Minutes outside the stretch in which the other tag moves; in how many of them this one is still, and how long. */
  readonly compared: number;
  readonly stillShare: number;
  readonly longestElse: number;
  /** Minutes of the stretch in which the other one moves. */
  readonly moves: number;
}

function comparedWith(
  name: string,
  minutes: readonly NumberMinute[],
  others: readonly NumberMinute[],
  within: ReadonlySet<number>,
): Comparison {
  const moving = new Set(
    others.filter((minute, index) => moved(minute, others[index - 1])).map(({ atMs }) => atMs),
  );
  let [compared, still, moves, run, longestElse] = [0, 0, 0, 0, 0];
  minutes.forEach((minute, index) => {
    if (!moving.has(minute.atMs)) return;
    if (within.has(minute.atMs)) {
      moves++;
      run = 0;
      return;
    }
    compared++;
    if (moved(minute, minutes[index - 1])) {
      run = 0;
      return;
    }
    still++;
    run++;
    longestElse = Math.max(longestElse, run);
  });
  return { name, compared, moves, longestElse, stillShare: (still + 1) / (compared + 2) };
}
