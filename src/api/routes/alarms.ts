import { Type } from "typebox";
import { ALARM_PRIORITIES } from "../../contract/schemas/alarm-v2.ts";
import { alarmHistory, type HistoryPlace, type OccurrenceView } from "../../monitor/alarms/alarm-history.ts";
import {
  type AlarmNow,
  alarmEvents,
  alarmNow,
  byEquipment,
  openAlarms,
} from "../../monitor/alarms/alarm-list.ts";
import { ALARM_ENDS, ALARM_STATES } from "../../monitor/alarms/alarm-state.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { cursorOf, keyOf, NEXT, PAGE } from "../paging.ts";
import { PERIOD, Time, timeOf } from "../period.ts";
import { badRequest, notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { ADDRESS, keyOfAddress, LEVELS, orNull } from "../schemas.ts";

const Priority = Type.Enum([...ALARM_PRIORITIES]);
const Silence = Type.Enum(["shelved", "suppressed", "out_of_service"]);
const Text = Type.String();

const Occurrence = closed({
  machine: Type.String({ description: "`<site>/<line>/<step>/<machine>`" }),
  alarm_id: Text,
  code: Text,
  message: Text,
  priority: Priority,
  raised_at: Time,
  cleared_at: orNull(Time),
  end: Type.Enum([...ALARM_ENDS], {
    description:
      "`raised_again`: came anew and nobody said that it had gone; `not_reported`: version 1 never says that",
  }),
  duration_s: orNull(
    Type.Number({ description: "How long it lasted or has lasted; null where that is not known" }),
  ),
  acknowledged_at: orNull(Time),
  acknowledged_by: orNull(Text),
  comment: orNull(Text),
  silenced: orNull(Silence),
  tag: orNull(Text),
  value: orNull(Type.Union([Type.Number(), Text, Type.Boolean()])),
  limit: orNull(Type.Number()),
  limit_kind: orNull(Text),
  unit: orNull(Text),
  product: orNull(Text),
  batch_id: orNull(Text),
  message_id: Type.Integer({ description: "The message that raised it" }),
});

const Alarm = closed({
  machine: Text,
  alarm_id: Text,
  state: Type.Enum([...ALARM_STATES], {
    description: "As ISA-18.2 names it; rtn_unack: back to normal, unacknowledged",
  }),
  version: Type.Integer({
    description: "The newest message that spoke of it: what an action has to know",
  }),
  silence: orNull(
    closed({ kind: Silence, since: Time, until: orNull(Time), by: orNull(Text), reason: orNull(Text) }),
  ),
  unacknowledged: Type.Integer({
    description: "Occurrences that nobody has acknowledged, counted up to 1,000",
  }),
  unacknowledged_since: orNull(Time),
  longest_s: orNull(Type.Number({ description: "The longest of them" })),
  newest: orNull(Occurrence),
});

const alarms = route({
  method: "GET",
  path: "/api/alarms",
  name: "alarms",
  area: "Alarms",
  summary: "Alarms that are not simply normal, most urgent first, and by equipment",
  description: "Standing and unacknowledged first, then acknowledged, then back to normal, then silenced.",
  query: closed({
    ...LEVELS,
    state: Type.Optional(Type.Enum([...ALARM_STATES])),
    priority: Type.Optional(Priority),
  }),
  answer: closed({
    alarms: Type.Array(Alarm),
    equipment: Type.Array(closed({ machine: Text, priority: orNull(Priority), alarms: Type.Integer() })),
    states: Type.Array(closed({ state: Type.Enum([...ALARM_STATES]), alarms: Type.Integer() })),
  }),
  list: "alarms",
  views: [ALARM_VIEW],
  changesWith: ["now", "views"],
  handle({ query }, context) {
    const { state, priority, ...of } = query;
    const open = openAlarms(context.views.reading(ALARM_VIEW), context.nowMs, {
      of,
      states: state === undefined ? undefined : [state],
      priorities: priority === undefined ? undefined : [priority],
    });
    const equipment = byEquipment(open).map((each) => ({ ...each, alarms: each.alarms.length }));
    const states = [...Map.groupBy(open, (alarm) => alarm.state)].map(([each, own]) => ({
      state: each,
      alarms: own.length,
    }));
    return { alarms: open.map(shownAlarm), equipment, states };
  },
});

const history = route({
  method: "GET",
  path: "/api/alarms/history",
  name: "alarmHistory",
  area: "Alarms",
  summary: "Every coming of every alarm with what became of it, newest first",
  query: closed({
    ...LEVELS,
    ...PERIOD,
    priority: Type.Optional(Priority),
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    alarm_id: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    acknowledged: Type.Optional(Type.Boolean()),
    ...PAGE,
  }),
  answer: closed({ occurrences: Type.Array(Occurrence), next: NEXT }),
  list: "occurrences",
  views: [ALARM_VIEW],
  changesWith: ["now", "views"],
  handle({ query }, context) {
    const { from, to, priority, code, alarm_id, acknowledged, limit = 100, cursor, ...of } = query;
    const [fromMs, toMs] = [timeOf("from", from), timeOf("to", to)];
    if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
      throw badRequest(`from (${isoTime(fromMs)}) must be before to (${isoTime(toMs)})`);
    }
    const question = {
      ...{ of, fromMs, toMs, acknowledged, limit, alarmId: alarm_id, after: placeOf(cursor) },
      priorities: priority === undefined ? undefined : [priority],
      codes: code === undefined ? undefined : [code],
    };
    const page = alarmHistory(context.views.reading(ALARM_VIEW), question, context.nowMs);
    return {
      occurrences: page.occurrences.map(shownOccurrence),
      next: page.next === null ? null : cursorOf(page.next),
    };
  },
});

const Event = closed({
  at: Time,
  event: Text,
  by: orNull(Text),
  reason: orNull(Type.String({ description: "Why, or what the person adds" })),
  until: orNull(Time),
  said_by: Type.String({ description: "The machine or desk that said it" }),
  message_id: Type.Integer(),
});

const one = route({
  method: "GET",
  path: "/api/alarms/{site}/{line}/{step}/{machine}/{alarm_id}",
  name: "alarm",
  area: "Alarms",
  summary: "One alarm as it stands, with its newest events",
  params: closed({ ...ADDRESS, alarm_id: Type.String({ minLength: 1, maxLength: 80 }) }),
  query: closed({ limit: PAGE.limit }),
  answer: closed({ alarm: Alarm, events: Type.Array(Event) }),
  list: "events",
  views: [ALARM_VIEW],
  changesWith: ["now", "views"],
  handle({ params, query }, context) {
    const alarm = requireAlarm(context, keyOfAddress(params), params.alarm_id);
    const reading = context.views.reading(ALARM_VIEW);
    const events = alarmEvents(reading, alarm.machine, alarm.alarmId, query.limit ?? 100).map((event) => ({
      ...{ at: isoTime(event.said_ms), event: event.event, by: event.by, reason: event.reason },
      ...{ until: isoOrNull(event.until_ms), said_by: event.publisher, message_id: event.message_id },
    }));
    return { alarm: shownAlarm(alarm), events };
  },
});

/** @throws ConcheError CONCHE_NOT_FOUND */
function requireAlarm(context: ApiContext, machine: string, alarmId: string): AlarmNow {
  const found = alarmNow(context.views.reading(ALARM_VIEW), machine, alarmId, context.nowMs);
  if (found !== undefined) return found;
  throw notFound(
    `nothing was ever heard of an alarm ${alarmId} of ${machine}`,
    "GET /api/alarms/history lists them",
  );
}

function placeOf(cursor: string | undefined): HistoryPlace | undefined {
  const key = keyOf(cursor, 3);
  if (key === undefined) return undefined;
  const [raisedMs, machine, alarmId] = key;
  return [Number(raisedMs), String(machine), String(alarmId)];
}

function shownAlarm(alarm: AlarmNow) {
  const { silence, newest } = alarm;
  return {
    machine: alarm.machine,
    alarm_id: alarm.alarmId,
    state: alarm.state,
    version: alarm.version,
    silence:
      silence === null
        ? null
        : {
            kind: silence.kind,
            since: isoTime(silence.sinceMs),
            until: isoOrNull(silence.untilMs),
            by: silence.by,
            reason: silence.reason,
          },
    unacknowledged: alarm.unacknowledged,
    unacknowledged_since: isoOrNull(alarm.unacknowledgedSinceMs),
    longest_s: seconds(alarm.longestMs),
    newest: newest === null ? null : shownOccurrence(newest),
  };
}

function shownOccurrence(one: OccurrenceView) {
  return {
    ...{ machine: one.machine, alarm_id: one.alarmId, code: one.code, message: one.message },
    priority: one.priority,
    raised_at: isoTime(one.raisedMs),
    cleared_at: isoOrNull(one.clearedMs),
    end: one.end,
    duration_s: seconds(one.durationMs),
    acknowledged_at: isoOrNull(one.acknowledgedMs),
    ...{ acknowledged_by: one.acknowledgedBy, comment: one.comment, silenced: one.silenced },
    ...{ tag: one.tag, value: one.value, limit: one.limit, limit_kind: one.limitKind, unit: one.unit },
    ...{ product: one.product, batch_id: one.batchId, message_id: one.messageIds.raised },
  };
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

/** `GET` of the active alarms, of their history, and of one alarm. */
export const alarmRoutes: readonly Route[] = [alarms, history, one];
