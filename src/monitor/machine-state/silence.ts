import type { MessageType } from "../../contract/topic.ts";
import type { Plant } from "../../plant/plant.ts";
import type { SeenRow } from "./machine-state-tables.ts";

/** A value is stale after ten intervals, and nothing shorter than this is called silence. */
const INTERVALS = 10;
const SHORTEST_MS = 30_000;

/**
 * How long each machine of a plant may say nothing before it counts as silent, milliseconds: ten of its telemetry
 * intervals, half a minute at least. One that the plant doesn't know is taken to send telemetry every second.
 */
export function silenceOf(plant: Plant): (machine: string) => number {
  return (machine) => {
    const seconds = plant.machine(machine)?.definition.telemetry_interval_s ?? 1;
    return Math.max(SHORTEST_MS, INTERVALS * seconds * 1000);
  };
}

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
