import type { AlarmPriority } from "../../contract/schemas/alarm-v2.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { isChosen, type MachineChoice } from "../machine-choice.ts";
import { type OccurrenceView, occurrenceView } from "./alarm-history.ts";
import { type AlarmState, alarmState, BY_URGENCY, silenceAt } from "./alarm-state.ts";
import {
  ALARM_EVENTS,
  ALARM_LANES,
  ALARMS,
  type AlarmEventRow,
  type AlarmRow,
  OCCURRENCES,
  type OccurrenceRow,
  OPEN_ALARMS,
  type Silence,
} from "./alarm-tables.ts";

/** Unacknowledged occurrences of one alarm are counted up to here: one that is never acknowledged grows for ever. */
const MAX_COUNTED = 1000;

/** An alarm as it stands at a time. */
export interface AlarmNow {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  readonly alarmId: string;
  readonly state: AlarmState;
  /** The newest message that spoke of it; an action gives it back, so that nobody acts on what he hasn't seen. */
  readonly version: number;
  /** What silences it, whichever state it would be in otherwise. */
  readonly silence: SilenceNow | null;
  /** Its newest occurrence. */
  readonly newest: OccurrenceView | null;
  /** Occurrences that nobody has acknowledged, at most {@link MAX_COUNTED}. */
  readonly unacknowledged: number;
  /** When the first of them came, ms since 1970. */
  readonly unacknowledgedSinceMs: number | null;
  /** The longest of them, ms. */
  readonly longestMs: number | null;
}

/** A silence that is in force. */
export interface SilenceNow {
  readonly kind: Silence;
  readonly sinceMs: number;
  readonly untilMs: number | null;
  readonly by: string | null;
  readonly reason: string | null;
}

/** The alarms of one machine that aren't simply normal. */
export interface EquipmentAlarms {
  readonly machine: string;
  /** The most urgent priority that is unacknowledged or stands; null when all are silenced. */
  readonly priority: AlarmPriority | null;
  readonly alarms: readonly AlarmNow[];
}

/** Which alarms are asked for. */
export interface AlarmSelection {
  /** By default the whole plant. */
  readonly of?: MachineChoice | undefined;
  readonly states?: readonly AlarmState[] | undefined;
  readonly priorities?: readonly AlarmPriority[] | undefined;
}

/** All alarms that aren't simply normal at a time, most urgent first, then newest first. */
export function openAlarms(reading: ViewReading, nowMs: number, selection: AlarmSelection = {}): AlarmNow[] {
  const alarms: AlarmNow[] = [];
  for (const { machine, alarm_id } of reading.rows(OPEN_ALARMS).range()) {
    if (!isChosen(machine, selection.of)) continue;
    const alarm = alarmNow(reading, machine, alarm_id, nowMs);
    if (alarm === undefined || alarm.state === "normal") continue;
    if (selection.states !== undefined && !selection.states.includes(alarm.state)) continue;
    const priority = alarm.newest?.priority;
    if (
      selection.priorities !== undefined &&
      (priority === undefined || !selection.priorities.includes(priority))
    )
      continue;
    alarms.push(alarm);
  }
  return alarms.sort(byUrgency);
}

/** The same, by machine; the machine with the most urgent alarm first: readable in a flood. */
export function byEquipment(alarms: readonly AlarmNow[]): EquipmentAlarms[] {
  // Both keep the order of the alarms, which is that of urgency.
  return [...Map.groupBy(alarms, ({ machine }) => machine)].map(([machine, own]) => ({
    machine,
    priority: own.find((alarm) => rankOf(alarm) < SILENT)?.newest?.priority ?? null,
    alarms: own,
  }));
}

/** One alarm as it stands at a time; undefined when nothing was ever heard of it. */
export function alarmNow(
  reading: ViewReading,
  machine: string,
  alarmId: string,
  nowMs: number,
): AlarmNow | undefined {
  const row = reading.rows(ALARMS).get(machine, alarmId);
  if (row === undefined) return undefined;
  const newest =
    row.raised_ms === null ? undefined : reading.rows(OCCURRENCES).get(machine, alarmId, row.raised_ms);
  const owed = unacknowledgedOf(reading, row);
  const longest = Math.max(...owed.map((one) => occurrenceView(one, nowMs).durationMs ?? -1), -1);
  return {
    machine,
    alarmId,
    state: alarmState(row, newest, nowMs),
    version: row.version,
    silence: silenceNow(row, nowMs),
    newest: newest === undefined ? null : occurrenceView(newest, nowMs),
    unacknowledged: owed.length,
    unacknowledgedSinceMs: owed.at(-1)?.raised_ms ?? null,
    longestMs: longest < 0 ? null : longest,
  };
}

/** The events of one alarm, newest first, from a time backwards. */
export function alarmEvents(
  reading: ViewReading,
  machine: string,
  alarmId: string,
  limit: number,
): AlarmEventRow[] {
  const rows = reading.rows(ALARM_EVENTS);
  return ALARM_LANES.flatMap((lane) => [
    ...rows.range({ prefix: [machine, alarmId, lane], order: "desc", limit }),
  ])
    .sort((a, b) => b.said_ms - a.said_ms || b.message_id - a.message_id)
    .slice(0, limit);
}

/** An acknowledgement goes for all before it: the ones without are the newest. */
function unacknowledgedOf(reading: ViewReading, { machine, alarm_id }: AlarmRow): OccurrenceRow[] {
  const owed: OccurrenceRow[] = [];
  const prefix = [machine, alarm_id];
  for (const occurrence of reading.rows(OCCURRENCES).range({ prefix, order: "desc", limit: MAX_COUNTED })) {
    if (occurrence.acknowledged_ms !== null) break;
    owed.push(occurrence);
  }
  return owed;
}

function silenceNow(row: AlarmRow, nowMs: number): SilenceNow | null {
  switch (silenceAt(row, nowMs)) {
    case null:
      return null;
    case "out_of_service":
      return {
        kind: "out_of_service",
        sinceMs: row.out_of_service_ms ?? 0,
        untilMs: null,
        by: row.out_of_service_by,
        reason: row.out_of_service_reason,
      };
    case "suppressed":
      return {
        kind: "suppressed",
        sinceMs: row.suppressed_ms ?? 0,
        untilMs: null,
        by: null,
        reason: row.suppressed_reason,
      };
    case "shelved":
      return {
        kind: "shelved",
        sinceMs: row.shelved_ms ?? 0,
        untilMs: row.shelved_until_ms,
        by: row.shelved_by,
        reason: row.shelved_reason,
      };
  }
}

const SILENT = 100;
/** What needs a person first: standing and unacknowledged, standing, back to normal and unacknowledged, silenced. */
const STATE_RANK: Readonly<Record<AlarmState, number>> = {
  unack: 0,
  ack: 10,
  rtn_unack: 20,
  shelved: SILENT,
  suppressed: SILENT,
  out_of_service: SILENT,
  normal: SILENT,
};

function rankOf({ state, newest }: AlarmNow): number {
  return STATE_RANK[state] + (newest === null ? BY_URGENCY.length : BY_URGENCY.indexOf(newest.priority));
}

function byUrgency(a: AlarmNow, b: AlarmNow): number {
  return (
    rankOf(a) - rankOf(b) ||
    (b.newest?.raisedMs ?? 0) - (a.newest?.raisedMs ?? 0) ||
    (a.machine === b.machine ? 0 : a.machine < b.machine ? -1 : 1) ||
    (a.alarmId < b.alarmId ? -1 : 1)
  );
}
