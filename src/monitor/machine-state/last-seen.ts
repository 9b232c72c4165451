import type { MessageType } from "../../contract/topic.ts";
import type { SeenRow } from "./machine-state-tables.ts";

/** Event time of a machine's newest message by type, ms since 1970; types that it never sent are left out. */
export type LastSeen = Partial<Readonly<Record<MessageType, number>>>;

/** Of the row of the view; empty for a machine that was never heard. */
export function lastSeenBy(seen: SeenRow | undefined): LastSeen {
  const entries: [MessageType, number | null | undefined][] = [
    ["telemetry", seen?.telemetry_ms],
    ["state", seen?.state_ms],
    ["alarm", seen?.alarm_ms],
    ["quality", seen?.quality_ms],
    ["batch", seen?.batch_ms],
  ];
  return Object.fromEntries(entries.filter(([, ms]) => ms !== null && ms !== undefined));
}

/** Event time of its newest message of any type; minus infinity where it never spoke. */
export function newestWordMs(seen: SeenRow | undefined): number {
  return Math.max(...Object.values(lastSeenBy(seen)), Number.NEGATIVE_INFINITY);
}
