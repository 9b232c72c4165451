import { ALARM_PRIORITIES, type AlarmPriority } from "../../contract/schemas/alarm-v2.ts";
import type { OccurrenceView } from "../../monitor/alarms/alarm-history.ts";
import type { AlarmNow } from "../../monitor/alarms/alarm-list.ts";
import type { AlarmPerformance } from "../../monitor/alarms/alarm-performance.ts";
import type { AlarmState } from "../../monitor/alarms/alarm-state.ts";
import type { AlarmEventRow } from "../../monitor/alarms/alarm-tables.ts";
import { PERFORMANCE_TARGETS } from "../../monitor/alarms/performance-targets.ts";
import { counted } from "./counts.ts";
import type { Listing } from "./listing.ts";
import type { Style } from "./styled-text.ts";
import type { TableCell } from "./table.ts";
import { lastingText, type ZoneClock } from "./time-text.ts";

/** As ISA-18.2 names the states, in words. */
const STATE_WORDS: Readonly<Record<AlarmState, string>> = {
  normal: "normal",
  unack: "active, unacknowledged",
  ack: "active, acknowledged",
  rtn_unack: "back to normal, unacknowledged",
  shelved: "shelved",
  suppressed: "suppressed by design",
  out_of_service: "out of service",
};

/** Priority as number and word, never by colour alone. */
const PRIORITY_STYLES: Readonly<Record<AlarmPriority, Style>> = {
  critical: ["red", "bold"],
  high: "red",
  medium: "yellow",
  low: "cyan",
};

function priorityCell(priority: AlarmPriority | undefined): TableCell {
  if (priority === undefined) return "";
  const number = ALARM_PRIORITIES.length - ALARM_PRIORITIES.indexOf(priority) - 1;
  const text = priority === "critical" ? "0 critical" : `${number} ${priority}`;
  return { text, style: PRIORITY_STYLES[priority] };
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const short = (clock: ZoneClock, ms: number | null) => (ms === null ? "" : clock.stamp(ms));
const nameOf = (machine: string) => machine.split("/").slice(1).join("/");
const seconds = (ms: number | null) => (ms === null ? null : ms / 1000);

/** Alarms as they stand, for people and programs. */
export function alarmListing(
  alarms: readonly AlarmNow[],
  nowMs: number,
  clock: ZoneClock,
): Listing<AlarmNow> {
  return {
    name: "alarms",
    rows: alarms,
    columns: [
      { title: "priority", cell: ({ newest }) => priorityCell(newest?.priority) },
      { title: "machine", cell: ({ machine }) => nameOf(machine) },
      { title: "alarm", cell: ({ alarmId }) => alarmId },
      { title: "raised", minor: true, cell: ({ newest }) => short(clock, newest?.raisedMs ?? null) },
      {
        title: "times",
        minor: true,
        align: "right",
        cell: ({ unacknowledged }) => (unacknowledged > 1 ? `${unacknowledged} x` : ""),
      },
      { title: "state", cell: (alarm) => stateText(alarm, nowMs, clock) },
      { title: "seen", minor: true, align: "right", cell: ({ version }) => version },
      { title: "message", flexible: true, cell: ({ newest }) => newest?.message ?? "" },
    ],
    fields: (alarm) => ({
      ...{ machine: alarm.machine, alarm_id: alarm.alarmId, state: alarm.state, seen: alarm.version },
      ...{ priority: alarm.newest?.priority ?? null, code: alarm.newest?.code ?? null },
      raised_at: iso(alarm.newest?.raisedMs ?? null),
      cleared_at: iso(alarm.newest?.clearedMs ?? null),
      end: alarm.newest?.end ?? null,
      acknowledged_by: alarm.newest?.acknowledgedBy ?? null,
      unacknowledged: alarm.unacknowledged,
      unacknowledged_since: iso(alarm.unacknowledgedSinceMs),
      longest_s: seconds(alarm.longestMs),
      silence_until: iso(alarm.silence?.untilMs ?? null),
      silence_by: alarm.silence?.by ?? null,
      silence_reason: alarm.silence?.reason ?? null,
      message: alarm.newest?.message ?? null,
    }),
    verdict: verdictOf(alarms, nowMs),
  };
}

function stateText({ state, silence, newest }: AlarmNow, nowMs: number, clock: ZoneClock): TableCell {
  const words = STATE_WORDS[state];
  if (silence?.untilMs != null)
    return `${words} until ${short(clock, silence.untilMs)} by ${silence.by ?? "nobody"}`;
  const lasts = newest?.end === "stands" ? `, ${lastingText(nowMs - newest.raisedMs)}` : "";
  const unknown = newest?.end === "not_reported" ? " (end not reported)" : "";
  return state === "unack" ? { text: words + lasts, style: "bold" } : words + lasts + unknown;
}

function verdictOf(alarms: readonly AlarmNow[], nowMs: number): string {
  const active = alarms.filter(({ state }) => state === "unack" || state === "ack");
  const unacknowledged = active.filter(({ state }) => state === "unack");
  const oldest = Math.min(...unacknowledged.map(({ newest }) => newest?.raisedMs ?? nowMs));
  const owed =
    unacknowledged.length === 0
      ? "all acknowledged"
      : `${unacknowledged.length} unacknowledged, for up to ${lastingText(nowMs - oldest)}`;
  const first =
    active.length === 0
      ? "no active alarm"
      : `${active.length} active alarm${active.length === 1 ? "" : "s"}, ${owed}`;
  const others = (["rtn_unack", "shelved", "suppressed", "out_of_service"] as const).flatMap((state) => {
    const n = alarms.filter((alarm) => alarm.state === state).length;
    return n === 0 ? [] : [`${n} ${STATE_WORDS[state]}`];
  });
  return [first, ...others].join("; ");
}

/** Occurrences, newest first. */
export function occurrenceListing(
  occurrences: readonly OccurrenceView[],
  clock: ZoneClock,
): Listing<OccurrenceView> {
  return {
    name: "occurrences",
    rows: occurrences,
    columns: [
      { title: "raised", cell: ({ raisedMs }) => short(clock, raisedMs) },
      { title: "priority", cell: ({ priority }) => priorityCell(priority) },
      { title: "machine", cell: ({ machine }) => nameOf(machine) },
      { title: "code", cell: ({ code }) => code },
      {
        title: "lasted",
        minor: true,
        align: "right",
        cell: (one) => (one.durationMs === null ? "not known" : lastingText(one.durationMs)),
      },
      {
        title: "acknowledged",
        minor: true,
        cell: (one) =>
          one.acknowledgedMs === null ? "" : `${short(clock, one.acknowledgedMs)} ${one.acknowledgedBy}`,
      },
      { title: "message", flexible: true, cell: ({ message }) => message },
    ],
    fields: (one) => ({
      ...{ machine: one.machine, alarm_id: one.alarmId, code: one.code, priority: one.priority },
      ...{ raised_at: iso(one.raisedMs), cleared_at: iso(one.clearedMs), end: one.end },
      duration_s: seconds(one.durationMs),
      ...{
        acknowledged_at: iso(one.acknowledgedMs),
        acknowledged_by: one.acknowledgedBy,
        comment: one.comment,
      },
      ...{ silenced: one.silenced, tag: one.tag, value: one.value, limit: one.limit, unit: one.unit },
      ...{
        product: one.product,
        batch_id: one.batchId,
        message: one.message,
        message_id: one.messageIds.raised,
      },
    }),
    ...(occurrences.length === 0 ? { verdict: "no alarm fits" } : {}),
  };
}

/** The events of one alarm, newest first. */
export function alarmEventListing(
  events: readonly AlarmEventRow[],
  alarm: AlarmNow,
  clock: ZoneClock,
): Listing<AlarmEventRow> {
  return {
    name: "events",
    rows: events,
    columns: [
      { title: "at", cell: ({ said_ms }) => short(clock, said_ms) },
      { title: "event", cell: ({ event }) => event },
      { title: "by", cell: ({ by }) => by ?? "" },
      { title: "until", minor: true, cell: ({ until_ms }) => short(clock, until_ms) },
      { title: "message id", minor: true, align: "right", cell: ({ message_id }) => message_id },
      { title: "why", flexible: true, cell: ({ reason, message }) => reason ?? message ?? "" },
    ],
    fields: (row) => ({
      ...{ at: iso(row.said_ms), event: row.event, by: row.by, until: iso(row.until_ms) },
      ...{ reason: row.reason ?? row.message, said_by: row.publisher, message_id: row.message_id },
    }),
    beside: { machine: alarm.machine, alarm_id: alarm.alarmId, state: alarm.state, seen: alarm.version },
    verdict: `${alarm.alarmId} of ${alarm.machine}: ${STATE_WORDS[alarm.state]} (seen ${alarm.version})`,
  };
}

interface Measure {
  readonly name: string;
  readonly found: number | null;
  readonly acceptable: number;
  readonly manageable: number | null;
}

const MEASURES: readonly (readonly [keyof typeof PERFORMANCE_TARGETS, string])[] = [
  ["perDay", "alarms a day and operator"],
  ["perHour", "alarms an hour and operator"],
  ["perTenMinutes", "alarms in 10 min and operator"],
  ["mostInTenMinutes", "most in 10 min"],
  ["hoursAboveThirtyPct", "hours with more than 30, %"],
  ["tenMinutesAboveTenPct", "10 min with more than 10, %"],
  ["inFloodPct", "time in flood, %"],
  ["topTenPct", "share of the ten most frequent, %"],
  ["chattering", "alarms that chatter"],
  ["fleeting", "alarms gone within 10 s"],
  ["standing", "alarms standing over 24 h"],
  ["unacknowledged", "not acknowledged within 10 min"],
];

/** The alarm system beside its targets. */
export function performanceListing(found: AlarmPerformance, clock: ZoneClock): Listing<Measure> {
  const values: Partial<Record<string, number | null>> = {
    ...found,
    hours: undefined,
    frequent: undefined,
    floods: undefined,
    priorities: undefined,
    acknowledged: undefined,
    chattering: found.chattering.length,
    standing: found.standing.length,
  };
  const rows = MEASURES.map(([key, name]) => {
    const { acceptable, manageable } = PERFORMANCE_TARGETS[key];
    return { name, found: found.coverage === 0 ? null : (values[key] ?? null), acceptable, manageable };
  });
  const frequent = found.frequent
    .slice(0, 5)
    .map(({ code, count, sharePct }) => `${code} ${count} (${sharePct.toFixed(0)} %)`);
  const floods = found.floods.map(
    ({ line, fromMs, alarms, first }) =>
      `${line} ${short(clock, fromMs)}: ${alarms} alarms, first ${first.map(({ code }) => code).join(", ")}`,
  );
  return {
    name: "measures",
    rows,
    columns: [
      { title: "measure", cell: ({ name }) => name },
      {
        title: "found",
        align: "right",
        cell: ({ found: value, acceptable, manageable }) =>
          value === null
            ? { text: "–", style: "magenta" }
            : value > (manageable ?? acceptable)
              ? { text: rounded(value), style: "yellow" }
              : rounded(value),
      },
      { title: "acceptable", align: "right", cell: ({ acceptable }) => acceptable },
      { title: "manageable", minor: true, align: "right", cell: ({ manageable }) => manageable ?? "" },
    ],
    fields: ({ name, found: value, acceptable, manageable }) => ({
      measure: name,
      found: value,
      acceptable,
      manageable,
    }),
    beside: {
      from: iso(found.fromMs),
      to: iso(found.toMs),
      operators: found.operators,
      raised: found.raised,
      coverage: found.coverage,
      priorities: found.priorities,
      frequent: found.frequent,
      floods: found.floods,
      acknowledged: found.acknowledged,
    },
    verdict: [
      `${counted(found.raised, "alarm")} from ${short(clock, found.fromMs)} to ${short(clock, found.toMs)}, ${counted(found.operators, "operator position")}; targets of ISA-18.2 and EEMUA 191`,
      found.coverage === 0
        ? "nothing was heard in this time: whether it was quiet nobody knows"
        : `heard ${(100 * found.coverage).toFixed(1)} % of this time; rates are over what was heard`,
      `priorities: ${ALARM_PRIORITIES.toReversed()
        .map((priority) => `${priority} ${found.priorities[priority]}`)
        .join(", ")} (about 5 % high, 15 % medium, 80 % low)`,
      ...(frequent.length === 0 ? [] : [`most frequent: ${frequent.join(", ")}`]),
      floods.length === 0 ? "no flood" : `floods: ${floods.join("; ")}`,
    ].join("\n"),
  };
}

function rounded(value: number): string {
  return value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0);
}
