import type { AlarmEventRow, OccurrenceRow, Silence } from "./alarm-tables.ts";
import type { OneAlarm } from "./one-alarm.ts";

/**
 * So long an alarm of version 1 is taken for the same one when it is said again, and for standing after it was said:
 * version 1 says that an alarm came, never that it went, and its machines say so every few seconds while it lasts.
 */
export const MOMENTARY_MS = 10 * 60_000;

/** Whether the publisher of a raise never says that the alarm went. */
function isMomentary(raise: AlarmEventRow): boolean {
  return raise.version === 1;
}

/** Whether a raise begins an occurrence; in version 1 a repetition of what was there doesn't. */
export function beginsOccurrence(raise: AlarmEventRow, before: AlarmEventRow | undefined): boolean {
  if (!isMomentary(raise) || before === undefined || !isMomentary(before)) return true;
  return raise.at_ms - before.at_ms > MOMENTARY_MS;
}

/** What has become of the occurrence that a raise begins, from its neighbours in time. */
export function occurrenceOf(alarm: OneAlarm, raise: AlarmEventRow): OccurrenceRow {
  const raisedMs = raise.at_ms;
  const next = alarm.firstOccurrenceFrom(raisedMs + 1);
  const endMs = next?.raised_ms ?? Number.MAX_SAFE_INTEGER;
  const clear = clearOf(alarm, raisedMs, endMs);
  const acknowledged = alarm.firstFrom("acknowledged", raisedMs);
  const momentary = isMomentary(raise);
  return {
    machine: alarm.machine,
    alarm_id: alarm.alarmId,
    raised_ms: raisedMs,
    last_ms: momentary ? (alarm.lastBefore("raised", endMs)?.at_ms ?? raisedMs) : raisedMs,
    momentary: momentary ? 1 : 0,
    // Clocks of machine and desk differ, and jump: nothing ends before it began.
    cleared_ms: clear === undefined ? null : Math.max(raisedMs, clear.said_ms),
    superseded_ms: clear === undefined && !momentary ? (next?.raised_ms ?? null) : null,
    acknowledged_ms: acknowledged === undefined ? null : Math.max(raisedMs, acknowledged.said_ms),
    acknowledged_by: acknowledged?.by ?? null,
    comment: acknowledged?.reason ?? null,
    silenced: silencedAt(alarm, raisedMs),
    code: raise.code ?? raise.alarm_id,
    message: raise.message ?? raise.alarm_id,
    priority: raise.priority ?? "medium",
    tag: raise.tag,
    value: raise.value,
    limit_value: raise.limit_value,
    limit_kind: raise.limit_kind,
    unit: raise.unit,
    product: raise.product,
    batch_id: raise.batch_id,
    raised_id: raise.message_id,
    cleared_id: clear?.message_id ?? null,
    acknowledged_id: acknowledged?.message_id ?? null,
    clear_at_ms: clear?.at_ms ?? null,
    clear_tie: clear?.tie ?? null,
  };
}

/** The clear that names the occurrence; otherwise the first one before the next that doesn't belong to another. */
function clearOf(alarm: OneAlarm, raisedMs: number, endMs: number): AlarmEventRow | undefined {
  // A time stamp cut to the second stands up to 999 ms before what it names.
  const named = alarm
    .targetedClears(raisedMs - 999, raisedMs)
    .filter((clear) => alarm.targetOf(clear)?.raised_ms === raisedMs)
    .sort((a, b) => a.said_ms - b.said_ms || (a.tie < b.tie ? -1 : 1))[0];
  if (named !== undefined) return named;
  for (const clear of alarm.from("cleared", raisedMs)) {
    if (clear.at_ms >= endMs) return undefined;
    if (alarm.targetOf(clear) === undefined) return clear;
  }
  return undefined;
}

/** What silences the alarm at a time: switched off counts before suppressed, suppressed before shelved (ISA-18.2). */
function silencedAt(alarm: OneAlarm, atMs: number): Silence | null {
  if (alarm.lastBefore("service", atMs + 1)?.event === "out_of_service") return "out_of_service";
  if (alarm.lastBefore("suppression", atMs + 1)?.event === "suppressed") return "suppressed";
  const shelving = alarm.lastBefore("shelving", atMs + 1);
  const shelved = shelving?.event === "shelved" && (shelving.until_ms ?? Number.MAX_SAFE_INTEGER) > atMs;
  return shelved ? "shelved" : null;
}
