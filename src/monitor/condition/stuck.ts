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

/** A tag, and the begins of the minutes in which it moves, milliseconds since 1970. */
export interface MovingTag {
  readonly name: string;
  readonly moving: ReadonlySet<number>;
}

/** The tags of a machine beside which another may be stuck. A counter moves with everything, and with nothing in particular. */
export function movingTags(tags: ReadonlyMap<string, readonly NumberMinute[]>): MovingTag[] {
  return [...tags]
    .filter(([, minutes]) => !isCounter(minutes))
    .map(([name, minutes]) => ({
      name,
      moving: new Set(
        minutes.filter((minute, index) => moved(minute, minutes[index - 1])).map(({ atMs }) => atMs),
      ),
    }));
}

/**
 * A sensor that shows exactly the same for long, while another tag of the machine moves with which it otherwise moves.
 * Minutes in which the machine stands are not asked: its rolls cool down while everything else rests. Nor is a value at
 * the end of all that the tag showed otherwise: a tunnel that is full of moulds, a tank that is empty, a valve that is
 * open are rightly so for hours.
 */
export function findStuck(
  { machine, tag, wordsOf }: LookedAtTag,
  minutes: readonly NumberMinute[],
  siblings: readonly MovingTag[],
  fromMs: number,
): ConditionFinding[] {
  if (isCounter(minutes)) return [];
  const longest = stretchesWhere(minutes, isStill).filter(
    (still) => still.length >= MIN_MINUTES && (still.at(-1)?.atMs ?? 0) >= fromMs,
  );
  if (longest.length === 0) return [];
  const others = siblings
    .filter(({ name }) => name !== tag)
    .map(({ name, moving }) => ({ name, movesAt: minutes.map(({ atMs }) => moving.has(atMs)) }));
  const movesAt = minutes.map((minute, index) => moved(minute, minutes[index - 1]));
  return longest.flatMap((still) => {
    if (isAtEnd(still, minutes)) return [];
    const begin = minutes.indexOf(still[0] as NumberMinute);
    const within = { begin, end: begin + still.length };
    const best = others
      .map((other) => comparedWith(other, movesAt, within))
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
function isAtEnd(still: readonly NumberMinute[], minutes: readonly NumberMinute[]): boolean {
  const [first, last] = [still[0] as NumberMinute, still.at(-1) as NumberMinute];
  const isElse = ({ atMs }: NumberMinute) => atMs < first.atMs || atMs > last.atMs;
  return (
    minutes.every((minute) => minute.max <= first.min || !isElse(minute)) ||
    minutes.every((minute) => minute.min >= first.min || !isElse(minute))
  );
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

/** @param within the stretch, by its place among the minutes: the end is not included */
function comparedWith(
  other: { readonly name: string; readonly movesAt: readonly boolean[] },
  movesAt: readonly boolean[],
  within: { readonly begin: number; readonly end: number },
): Comparison {
  let [compared, still, moves, run, longestElse] = [0, 0, 0, 0, 0];
  for (let index = 0; index < movesAt.length; index++) {
    if (!other.movesAt[index]) continue;
    if (index >= within.begin && index < within.end) {
      moves++;
      run = 0;
      continue;
    }
    compared++;
    if (movesAt[index]) {
      run = 0;
      continue;
    }
    still++;
    run++;
    longestElse = Math.max(longestElse, run);
  }
  return { name: other.name, compared, moves, longestElse, stillShare: (still + 1) / (compared + 2) };
}
