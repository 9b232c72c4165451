import type { ViewReading } from "../../views/view-table.ts";
import { HOLD_EVENTS, type HoldEventRow } from "./holds-view.ts";

/** Something that is or was on hold, and what was decided of it last; null while it is on hold. */
export interface HeldTarget {
  readonly kind: "lot" | "unit";
  readonly id: string;
  readonly decision: string | null;
}

/** A hold with everything that was said of it. */
export interface Hold {
  readonly holdId: string;
  /** The newest message that spoke of it: what somebody who decides has to have seen. */
  readonly version: number;
  /** As long as anything is on it. */
  readonly open: boolean;
  readonly targets: readonly HeldTarget[];
  /** The line whose machine or desk put it on: `<site>/<line>`. */
  readonly line: string;
  /** In the order of time. */
  readonly events: readonly HoldEventRow[];
}

/** One hold; undefined where nothing was ever said of it. */
export function holdOf(reading: ViewReading, holdId: string): Hold | undefined {
  const events = [...reading.rows(HOLD_EVENTS).range({ prefix: [holdId] })];
  return events.length === 0 ? undefined : holdFrom(holdId, events);
}

/** All holds after one, by their id. */
export function* holds(reading: ViewReading, after?: string): Generator<Hold> {
  let events: HoldEventRow[] = [];
  const range = after === undefined ? {} : { from: after };
  for (const row of reading.rows(HOLD_EVENTS).range(range)) {
    if (row.hold_id === after) continue;
    const [first] = events;
    if (first !== undefined && first.hold_id !== row.hold_id) {
      yield holdFrom(first.hold_id, events);
      events = [];
    }
    events.push(row);
  }
  const [first] = events;
  if (first !== undefined) yield holdFrom(first.hold_id, events);
}

function holdFrom(holdId: string, events: readonly HoldEventRow[]): Hold {
  const targets = new Map<string, HeldTarget>();
  for (const { lots, units, decision } of events) {
    for (const id of JSON.parse(lots) as string[]) targets.set(`lot ${id}`, { kind: "lot", id, decision });
    for (const id of JSON.parse(units) as string[]) targets.set(`unit ${id}`, { kind: "unit", id, decision });
  }
  const all = [...targets.values()];
  const [site = "", line = ""] = (events[0]?.machine ?? "").split("/");
  return {
    holdId,
    version: Math.max(...events.map(({ id }) => id)),
    open: all.some(({ decision }) => decision === null),
    targets: all,
    line: `${site}/${line}`,
    events,
  };
}
