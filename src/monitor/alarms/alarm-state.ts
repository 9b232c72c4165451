import type { AlarmPriority } from "../../contract/schemas/alarm-v2.ts";
import type { AlarmRow, OccurrenceRow, Silence } from "./alarm-tables.ts";
import { MOMENTARY_MS } from "./occurrence.ts";

/**
 * The states of an alarm (ANSI/ISA-18.2-2016, clause 5, figure "alarm state transition diagram"; IEC 62682): normal (A),
 * unacknowledged (B), acknowledged (C), back to normal and unacknowledged (D), shelved (G), suppressed by design (H),
 * out of service (I).
 */
export const ALARM_STATES = [
  "normal",
  "unack",
  "ack",
  "rtn_unack",
  "shelved",
  "suppressed",
  "out_of_service",
] as const;
/** One of {@link ALARM_STATES}. */
export type AlarmState = (typeof ALARM_STATES)[number];

/** How an occurrence ended. */
export const ALARM_ENDS = ["stands", "cleared", "raised_again", "not_reported"] as const;
/** One of {@link ALARM_ENDS}. */
export type AlarmEnd = (typeof ALARM_ENDS)[number];

/** Priorities from the one that needs a person soonest. */
export const BY_URGENCY: readonly AlarmPriority[] = ["critical", "high", "medium", "low"];

/** What silences an alarm at a time; where several do, the one that goes furthest. */
export function silenceAt(alarm: AlarmRow, nowMs: number): Silence | null {
  if (alarm.out_of_service_ms !== null) return "out_of_service";
  if (alarm.suppressed_ms !== null) return "suppressed";
  if (alarm.shelved_ms === null) return null;
  return (alarm.shelved_until_ms ?? Number.MAX_SAFE_INTEGER) > nowMs ? "shelved" : null;
}

/** How an occurrence stands at a time. One of version 1 is taken for standing for ten minutes; then nobody knows. */
export function endOf(occurrence: OccurrenceRow, nowMs: number): AlarmEnd {
  if (occurrence.cleared_ms !== null) return "cleared";
  if (occurrence.superseded_ms !== null) return "raised_again";
  if (occurrence.momentary === 0 || nowMs - occurrence.last_ms <= MOMENTARY_MS) return "stands";
  return "not_reported";
}

/** The state of an alarm at a time, from how it is kept and its newest occurrence. */
export function alarmState(alarm: AlarmRow, newest: OccurrenceRow | undefined, nowMs: number): AlarmState {
  const silence = silenceAt(alarm, nowMs);
  if (silence !== null) return silence;
  if (newest === undefined) return "normal";
  const acknowledged = newest.acknowledged_ms !== null;
  if (endOf(newest, nowMs) === "stands") return acknowledged ? "ack" : "unack";
  return acknowledged ? "normal" : "rtn_unack";
}

/** How long an occurrence lasted, or has lasted, ms; null where its end is not known. */
export function durationMs(occurrence: OccurrenceRow, nowMs: number): number | null {
  if (occurrence.cleared_ms !== null) return occurrence.cleared_ms - occurrence.raised_ms;
  return endOf(occurrence, nowMs) === "stands" ? Math.max(0, nowMs - occurrence.raised_ms) : null;
}
