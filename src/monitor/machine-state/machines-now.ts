import type { PackmlState } from "../../contract/schemas/state-v2.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { linkLosses } from "./link-losses.ts";
import { CURRENT, type CurrentRow, SEEN, type SeenRow, STATES } from "./machine-state-tables.ts";
import { slotOf } from "./presence.ts";
import { type LastSeen, lastSeenBy, newestWordMs } from "./silence.ts";
import { beginsAnew } from "./state-order.ts";
import { type StopReason, stopReasonOf } from "./stop-reason.ts";
import type { UnknownWhy } from "./unknown-time.ts";

/** What a machine does at present. */
export interface MachineNow {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  /** Never the last state for ever: unknown where the machine is gone or silent, or has not said. */
  readonly state: PackmlState | "unknown";
  readonly unknownWhy: UnknownWhy | null;
  /** Since when it is so, ms since 1970: since the state began, or since the machine was last heard; null if never. */
  readonly sinceMs: number | null;
  /** The last state that it told, whether or not that can still be believed. */
  readonly lastTold: { readonly state: PackmlState; readonly beganMs: number; readonly atMs: number } | null;
  readonly mode: string | null;
  readonly reason: StopReason | null;
  /** Whether its publisher is connected; null where it has never said. */
  readonly connected: boolean | null;
  /** Event time of its newest message by type, ms since 1970; types that it never sent are left out. */
  readonly lastSeen: LastSeen;
  /** When the data center last received anything from it, ms since 1970. */
  readonly lastReceivedMs: number | null;
  readonly product: string | null;
  readonly batch: string | null;
}

/** The present, and how long each machine may say nothing (unknown-time.ts). */
export interface PlantWatch {
  readonly nowMs: number;
  silentAfterMs(machine: string): number | null;
}

/** What every machine that has ever spoken does at present, in the order of their keys: one read of two small tables. */
export function machinesNow(reading: ViewReading, watch: PlantWatch): MachineNow[] {
  const current = new Map<string, CurrentRow>();
  for (const row of reading.rows(CURRENT).range()) current.set(row.machine, row);
  const seen = new Map<string, SeenRow>();
  for (const row of reading.rows(SEEN).range()) seen.set(row.machine, row);
  // Both come in the order of their keys; few are only in one.
  const only = [...seen.keys()].filter((machine) => !current.has(machine));
  const machines = only.length === 0 ? [...current.keys()] : [...current.keys(), ...only].sort();
  return machines.map((machine) =>
    machineNow(reading, machine, current.get(machine), seen.get(machine), watch),
  );
}

/** What one machine does at present; undefined where it has never spoken. */
export function oneMachineNow(
  reading: ViewReading,
  machine: string,
  watch: PlantWatch,
): MachineNow | undefined {
  const current = reading.rows(CURRENT).get(machine);
  const seen = reading.rows(SEEN).get(machine);
  if (current === undefined && seen === undefined) return undefined;
  return machineNow(reading, machine, current, seen, watch);
}

function machineNow(
  reading: ViewReading,
  machine: string,
  current: CurrentRow | undefined,
  seen: SeenRow | undefined,
  watch: PlantWatch,
): MachineNow {
  const heardMs = newestWordMs(seen);
  const connected = isConnected(reading, current, heardMs);
  const told = toldBy(current);
  const unknownWhy = whyUnknown({ reading, machine, current, seen, heardMs, connected, watch });
  return {
    machine,
    ...(unknownWhy === null && told !== null && current !== undefined
      ? { state: told.state, sinceMs: told.beganMs, mode: current.mode, reason: stopReasonOf(current) }
      : { state: "unknown", sinceMs: Number.isFinite(heardMs) ? heardMs : null, mode: null, reason: null }),
    unknownWhy,
    lastTold: told,
    connected,
    lastSeen: lastSeenBy(seen),
    lastReceivedMs: seen?.received_ms ?? null,
    product: seen?.product ?? null,
    batch: seen?.batch ?? null,
  };
}

function toldBy(current: CurrentRow | undefined): MachineNow["lastTold"] {
  if (current === undefined || current.state === null) return null;
  const { at_ms: atMs, began_ms: beganMs } = current;
  if (atMs === null || beganMs === null) return null;
  // the contract's schema lets no other one in
  return { state: current.state as PackmlState, beganMs, atMs };
}

function isConnected(reading: ViewReading, current: CurrentRow | undefined, heardMs: number): boolean | null {
  if (current === undefined || current.link_state === null || current.link_at_ms === null) {
    return Number.isFinite(heardMs) ? true : null;
  }
  if (current.link_state === "ONLINE" || heardMs > current.link_at_ms) return true;
  if (!Number.isFinite(heardMs)) return false;
  // It may be the late will of an earlier start.
  const losses = linkLosses(reading, current.machine, slotOf(heardMs), current.link_at_ms + 1);
  return !losses.some((lossMs) => lossMs >= heardMs);
}

function whyUnknown(asked: {
  readonly reading: ViewReading;
  readonly machine: string;
  readonly current: CurrentRow | undefined;
  readonly seen: SeenRow | undefined;
  readonly heardMs: number;
  readonly connected: boolean | null;
  readonly watch: PlantWatch;
}): UnknownWhy | null {
  const { reading, machine, current, seen, heardMs, connected, watch } = asked;
  if (connected === false) return "offline";
  const silentAfterMs = watch.silentAfterMs(machine);
  const sendsTelemetry = seen !== undefined && seen.telemetry_ms !== null;
  if (sendsTelemetry && silentAfterMs !== null) {
    // By receipt, too: a clock that is behind, or a backlog on its way, is no silence.
    if (watch.nowMs - Math.max(heardMs, seen.received_ms) > silentAfterMs) return "silent";
  }
  if (current === undefined || current.at_ms === null) return "not_said";
  return saidSince(reading, current) ? null : "not_said";
}

/** Whether the newest state was said by the newest start of the publisher. */
function saidSince(reading: ViewReading, { machine, at_ms, boot, seq, id, link_at_ms }: CurrentRow): boolean {
  if (at_ms === null || boot === null || seq === null || id === null) return false;
  if (link_at_ms === null || link_at_ms < at_ms) return true;
  for (const row of reading
    .rows(STATES)
    .range({ prefix: [machine], after: [machine, at_ms, boot, seq, id] })) {
    if (beginsAnew(row, boot)) return false;
  }
  return true;
}
