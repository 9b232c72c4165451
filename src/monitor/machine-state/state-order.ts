import type { StateFields, StateRow } from "./machine-state-tables.ts";

/** Where a state message stands among those of its machine: by event time, then by what its publisher numbered. */
export type StatePlace = Pick<StateRow, "at_ms" | "boot" | "seq" | "id">;

/** Below 0 where `a` comes first. The same order as the key of the table `states` has. */
export function comparePlaces(a: StatePlace, b: StatePlace): number {
  if (a.at_ms !== b.at_ms) return a.at_ms - b.at_ms;
  if (a.boot !== b.boot) return a.boot < b.boot ? -1 : 1;
  return a.seq - b.seq || a.id - b.id;
}

/** Whether two reports are of one and the same stay in a state. */
export function sameState(a: StateFields, b: StateFields): boolean {
  return (
    a.state === b.state &&
    a.mode === b.mode &&
    a.stop_category === b.stop_category &&
    a.stop_code === b.stop_code &&
    a.caused_by === b.caused_by
  );
}

/** ONLINE and OFFLINE say only whether the publisher is connected. */
export function isLink({ state }: { readonly state: string }): boolean {
  return state === "ONLINE" || state === "OFFLINE";
}

/** Whether a publisher begins anew with a message: what its machine does now, it has not said since. */
export function beginsAnew(row: StateRow, bootOfState: string): boolean {
  return row.state === "ONLINE" && bootOfState !== "" && row.boot > bootOfState;
}

/**
 * When the state of a run's first message began: as it says itself, but not before the message of the other state that
 * precedes it.
 */
export function beganMs(first: StateRow, before: StateRow | undefined): number {
  const since = Math.min(first.since_ms ?? first.at_ms, first.at_ms);
  return before === undefined ? since : Math.max(since, before.at_ms);
}
