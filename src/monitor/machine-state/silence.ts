import type { MessageType } from "../../contract/topic.ts";
import type { Plant } from "../../plant/plant.ts";
import type { SeenRow } from "./machine-state-tables.ts";

/** A value is stale after ten intervals. */
const INTERVALS = 10;
/** Nothing shorter is called silence, milliseconds. */
export const SHORTEST_SILENCE_MS = 30_000;

/**
 * How long each machine of a plant may say nothing before it counts as silent, milliseconds: ten of its telemetry
 * intervals, half a minute at least. One that the plant doesn't know is taken to send telemetry every second.
 */
export function silenceOf(plant: Plant): (machine: string) => number {
  return (machine) => {
    const seconds = plant.machine(machine)?.definition.telemetry_interval_s ?? 1;
    return Math.max(SHORTEST_SILENCE_MS, INTERVALS * seconds * 1000);
  };
}

/** When a value was so and was received, ms since 1970; whether its machine is connected; how long may be said nothing. */
interface HeldValue {
  readonly atMs: number;
  readonly receivedAtMs: number;
  /** Null or undefined where it isn't known. */
  readonly connected: boolean | null | undefined;
  readonly silentAfterMs: number;
}

/**
 * Whether a value may no longer be the present one: its machine's connection is lost, or it was not said for as long as
 * is called silence. By receipt, too: a clock that is behind makes no value old.
 */
export function isStale({ atMs, receivedAtMs, connected, silentAfterMs }: HeldValue, nowMs: number): boolean {
  return connected === false || nowMs - Math.max(atMs, receivedAtMs) > silentAfterMs;
}

/** Event time of a machine's newest message by type, ms since 1970; types that it never sent are left out. */
export type LastSeen = Partial<Readonly<Record<MessageType, number>>>;

/** Of the row of the view; empty for a machine that was never heard. */
export function lastSeenBy(seen: SeenRow | undefined): LastSeen {
  const lastSeen: { -readonly [Type in keyof LastSeen]: number } = {};
  if (seen === undefined) return lastSeen;
  if (seen.telemetry_ms !== null) lastSeen.telemetry = seen.telemetry_ms;
  if (seen.state_ms !== null) lastSeen.state = seen.state_ms;
  if (seen.alarm_ms !== null) lastSeen.alarm = seen.alarm_ms;
  if (seen.quality_ms !== null) lastSeen.quality = seen.quality_ms;
  if (seen.batch_ms !== null) lastSeen.batch = seen.batch_ms;
  return lastSeen;
}

/** Event time of its newest message of any type; minus infinity where it never spoke. */
export function newestWordMs(seen: SeenRow | undefined): number {
  const never = Number.NEGATIVE_INFINITY;
  if (seen === undefined) return never;
  const { telemetry_ms, state_ms, alarm_ms, quality_ms, batch_ms } = seen;
  return Math.max(
    telemetry_ms ?? never,
    state_ms ?? never,
    alarm_ms ?? never,
    quality_ms ?? never,
    batch_ms ?? never,
  );
}
