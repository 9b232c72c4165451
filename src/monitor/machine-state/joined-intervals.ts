import { lengthMs } from "../span.ts";
import type { StateInterval } from "./state-intervals.ts";

/** An interval, and how many it stands for: 1 where it is one that was said. */
export interface JoinedInterval extends StateInterval {
  readonly joined: number;
}

/**
 * At most so many intervals in place of more, still without a hole: short ones are joined with their neighbours to what
 * took most of their time together. A drawing of so many pixels could not show them one by one. Where there are few
 * enough, every one is kept.
 * @param intervals in order of time, without a hole
 * @param most at least 2
 */
export function joinedIntervals(intervals: readonly StateInterval[], most: number): JoinedInterval[] {
  if (intervals.length <= most) return intervals.map((interval) => ({ ...interval, joined: 1 }));
  const beginMs = intervals[0]?.fromMs ?? 0;
  // Half of the most for slots of short ones, half for those that are as long as a slot.
  const slotMs = ((intervals.at(-1)?.toMs ?? beginMs) - beginMs) / Math.floor(most / 2);
  const found: JoinedInterval[] = [];
  let short: StateInterval[] = [];
  let slot = Number.NaN;
  const close = () => {
    if (short.length > 0) add(found, short);
    short = [];
  };
  for (const interval of intervals) {
    const isLong = lengthMs(interval) >= slotMs;
    const own = Math.floor((interval.fromMs - beginMs) / slotMs);
    if (isLong || own !== slot) close();
    if (isLong) found.push({ ...interval, joined: 1 });
    else short.push(interval);
    slot = own;
  }
  close();
  return found;
}

/** Adds what short intervals come to: one interval, or more of the one before where that is the same. */
function add(found: JoinedInterval[], short: readonly StateInterval[]): void {
  const last = found.at(-1);
  const toMs = short.at(-1)?.toMs ?? 0;
  const most = longest(short);
  if (last !== undefined && last.joined > 1 && short.length > 1 && sameKind(last, most)) {
    found[found.length - 1] = { ...last, toMs, joined: last.joined + short.length };
  } else found.push({ ...most, fromMs: short[0]?.fromMs ?? 0, toMs, joined: short.length });
}

/** The first interval of the kind that took most of the time. Kinds are few: they are looked for one after the other. */
function longest(short: readonly StateInterval[]): StateInterval {
  const kinds: { readonly first: StateInterval; ms: number }[] = [];
  for (const interval of short) {
    const known = kinds.find(({ first }) => sameKind(first, interval));
    if (known === undefined) kinds.push({ first: interval, ms: lengthMs(interval) });
    else known.ms += lengthMs(interval);
  }
  return kinds.reduce((best, each) => (each.ms > best.ms ? each : best)).first;
}

function sameKind(a: StateInterval, b: StateInterval): boolean {
  return (
    a.state === b.state &&
    a.unknownWhy === b.unknownWhy &&
    a.mode === b.mode &&
    a.reason?.code === b.reason?.code &&
    a.reason?.category === b.reason?.category
  );
}
