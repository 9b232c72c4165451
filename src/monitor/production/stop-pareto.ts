import { lengthMs, type Span } from "../span.ts";
import type { MachineRecord } from "./machine-record.ts";
import { timeIn } from "./oee.ts";
import { causesOf, type Neighbours, type RootCause } from "./stop-cause.ts";
import type { LossCategory, UsedTime } from "./time-use.ts";

/** One reason for which a machine stood, with how often and how long. */
export interface StopGroup {
  readonly category: LossCategory;
  readonly code: string | null;
  readonly message: string | null;
  readonly count: number;
  readonly lostMs: number;
  readonly longestMs: number;
  /** Share of all time that the machine stood, and summed up to this group: 0 to 1. */
  readonly share: number;
  readonly cumulative: number;
  /** By whom, followed to the root: the longest first; their times sum to `lostMs`. */
  readonly causes: readonly CauseGroup[];
}

/** Stops with the same cause, followed to the root; `lostMs` is their time together. */
export interface CauseGroup {
  readonly chain: readonly string[];
  readonly root: RootCause;
  readonly inferred: boolean;
  readonly lostMs: number;
}

/** Why a machine stood, the largest loss of time first. */
export interface StopPareto {
  readonly stops: number;
  readonly lostMs: number;
  /** Minor stops: those that their machine calls so, and short ones that it gives no reason for (time-use.ts). */
  readonly minorStops: number;
  readonly minorStopMs: number;
  readonly groups: readonly StopGroup[];
}

/** The stops of one machine in some parts of its record's span: the longest in sum first. */
export function stopPareto(
  record: MachineRecord,
  parts: readonly Span[],
  neighbours: Neighbours,
): StopPareto {
  const stops = wholeStops(timeIn(record, parts));
  const lostMs = sum(stops);
  const groups = [...grouped(stops, (stop) => `${stop.category} ${stop.code}`)]
    .map((group) => groupOf(record.machine.key, group, neighbours))
    .sort((a, b) => b.lostMs - a.lostMs || (`${a.category} ${a.code}` < `${b.category} ${b.code}` ? -1 : 1));
  let reachedMs = 0;
  const minor = stops.filter(({ category }) => category === "minor_stop");
  return {
    stops: stops.length,
    lostMs,
    minorStops: minor.length,
    minorStopMs: sum(minor),
    groups: groups.map((group) => {
      reachedMs += group.lostMs;
      return { ...group, share: group.lostMs / lostMs, cumulative: reachedMs / lostMs };
    }),
  };
}

interface Stop extends UsedTime {
  readonly category: LossCategory;
}

/** A stop counts once, however many messages tell of it, while its reason stays the same. */
function wholeStops(time: readonly UsedTime[]): Stop[] {
  const stops: Stop[] = [];
  for (const { category, ...span } of time) {
    if (span.use !== "stopped" || category === null) continue;
    const before = stops.at(-1);
    const goesOn =
      before !== undefined &&
      before.toMs === span.fromMs &&
      before.category === category &&
      before.code === span.code &&
      before.causedBy === span.causedBy;
    if (goesOn) stops[stops.length - 1] = { ...before, toMs: span.toMs };
    else stops.push({ ...span, category });
  }
  return stops;
}

function groupOf(
  machine: string,
  stops: readonly Stop[],
  neighbours: Neighbours,
): Omit<StopGroup, "share" | "cumulative"> {
  const [first] = stops;
  if (first === undefined) throw new RangeError("a group has a stop");
  const causes = stops.flatMap((stop) => causesOf(machine, stop, neighbours));
  const sameRoot = grouped(causes, ({ chain, root, inferred }) =>
    JSON.stringify([chain, root.state, root.category, root.code, inferred]),
  );
  return {
    category: first.category,
    code: first.code,
    message: first.message,
    count: stops.length,
    lostMs: sum(stops),
    longestMs: Math.max(...stops.map(lengthMs)),
    causes: [...sameRoot]
      .flatMap((group) => {
        const [one] = group;
        if (one === undefined) return [];
        return [{ chain: one.chain, root: one.root, inferred: one.inferred, lostMs: sum(group) }];
      })
      .sort((a, b) => b.lostMs - a.lostMs),
  };
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Iterable<Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups.values();
}

function sum(spans: readonly Span[]): number {
  return spans.reduce((total, span) => total + lengthMs(span), 0);
}
