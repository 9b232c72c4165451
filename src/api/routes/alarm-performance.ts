import { type TSchema, Type } from "typebox";
import { ALARM_PRIORITIES } from "../../contract/schemas/alarm-v2.ts";
import { type AlarmShare, alarmPerformance } from "../../monitor/alarms/alarm-performance.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { PERFORMANCE_TARGETS } from "../../monitor/alarms/performance-targets.ts";
import { heardSpans } from "../../monitor/machine-state/heard-time.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { isoTime } from "../../time/iso-time.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";

const DAY_MS = 86_400_000;
/** The longest span that the alarm system is measured over, ms: its hours are listed one by one. */
export const LONGEST_PERFORMANCE_MS = 400 * DAY_MS;
const Text = Type.String();
const Priority = Type.Enum([...ALARM_PRIORITIES]);
const number = (description: string) => Type.Number({ description });
const listOf = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Array(schema, { description });

const Share = closed({
  ...{ machine: Text, alarm_id: Text, code: Text, priority: Priority },
  count: Type.Integer(),
  share_pct: Type.Number(),
  median_s: orNull(number("Of those whose end is known")),
  longest_s: orNull(Type.Number()),
  chattered: Type.Integer({ description: "How often it came three times in a minute" }),
  fleeting: Type.Integer({ description: "How often it was gone within 10 s" }),
});

const performance = route({
  method: "GET",
  path: "/api/alarms/performance",
  name: "alarmPerformance",
  area: "Alarms",
  summary: "The alarm system against ISA-18.2 and EEMUA 191: rates, floods, bad actors, priorities",
  description:
    "Rates are per operator position: one a line unless `operators` says otherwise. Alarms that were shelved, suppressed or out of service when they came called nobody and don't count. Rates are over the time in which anything was heard; where nothing was, all measures are null. The last 24 h unless a period is given.",
  query: closed({
    ...LEVELS,
    ...PERIOD,
    operators: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "Operator positions" })),
  }),
  answer: closed({
    ...{ from: Time, to: Time, operators: Type.Integer() },
    raised: Type.Integer({ description: "Alarms that called a person" }),
    silenced: Type.Integer({ description: "Alarms that came while they were silenced" }),
    coverage: Type.Number({
      ...{ minimum: 0, maximum: 1 },
      description: "Share of the period in which any of the machines was heard",
    }),
    measures: listOf(
      closed({
        measure: Text,
        found: orNull(number("Null where nothing was heard")),
        acceptable: Type.Number(),
        manageable: orNull(Type.Number()),
        source: Text,
      }),
      "Each measure beside its target",
    ),
    hours: listOf(Type.Integer(), "How many came in each hour from the beginning of the period"),
    floods: listOf(
      closed({
        line: Text,
        from: Time,
        until: orNull(Time),
        alarms: Type.Integer(),
        most_in_10_min: Type.Integer(),
        first: listOf(closed({ machine: Text, code: Text, raised_at: Time }), "They often name the cause"),
      }),
      "More than 10 alarms in 10 min, until fewer than 5",
    ),
    frequent: listOf(Share, "Most frequent first"),
    standing: listOf(
      closed({ machine: Text, alarm_id: Text, raised_at: Time }),
      "For more than 24 h at its end",
    ),
    priorities: listOf(
      closed({ priority: Priority, count: Type.Integer(), share_pct: Type.Number() }),
      "By urgency",
    ),
    acknowledged: listOf(closed({ by: Text, count: Type.Integer(), median_s: Type.Number() }), "By person"),
  }),
  list: "frequent",
  views: [ALARM_VIEW, machineStateView],
  changesWith: ["now", "views"],
  handle({ query }, context) {
    const { from, to, operators, ...of } = query;
    const period = periodOf(
      { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      context.nowMs,
      DAY_MS,
      LONGEST_PERFORMANCE_MS,
    );
    const reading = context.views.reading(ALARM_VIEW);
    const past = { fromMs: period.fromMs, toMs: Math.min(period.toMs, context.nowMs) };
    const heard = heardSpans(context.views.reading(machineStateView), past, of);
    const found = alarmPerformance(reading, { ...period, of, operators }, context.nowMs, heard);
    const share = (count: number) => (found.raised === 0 ? 0 : (100 * count) / found.raised);
    const { low, medium, high, critical } = found.priorities;
    const values: Readonly<Record<keyof typeof PERFORMANCE_TARGETS, number | null>> = {
      ...{ perDay: found.perDay, perHour: found.perHour, perTenMinutes: found.perTenMinutes },
      hoursAboveThirtyPct: found.hoursAboveThirtyPct,
      tenMinutesAboveTenPct: found.tenMinutesAboveTenPct,
      mostInTenMinutes: found.mostInTenMinutes,
      ...{ inFloodPct: found.inFloodPct, topTenPct: found.topTenPct },
      ...{ chattering: found.chattering.length, fleeting: found.fleeting, standing: found.standing.length },
      ...{ lowPct: share(low), mediumPct: share(medium), highPct: share(high + critical) },
      unacknowledged: found.unacknowledged,
    };
    return {
      ...{ from: isoTime(found.fromMs), to: isoTime(found.toMs), operators: found.operators },
      ...{ raised: found.raised, silenced: found.silenced, hours: [...found.hours] },
      coverage: found.coverage,
      measures: Object.entries(PERFORMANCE_TARGETS).map(([name, target]) => ({
        measure: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        found: found.coverage === 0 ? null : values[name as keyof typeof PERFORMANCE_TARGETS],
        ...target,
      })),
      floods: found.floods.map((flood) => ({
        line: flood.line,
        from: isoTime(flood.fromMs),
        until: flood.untilMs === null ? null : isoTime(flood.untilMs),
        alarms: flood.alarms,
        most_in_10_min: flood.most,
        first: flood.first.map(({ machine, code, raisedMs }) => ({
          machine,
          code,
          raised_at: isoTime(raisedMs),
        })),
      })),
      frequent: found.frequent.map(shownShare),
      standing: found.standing.map(({ machine, alarmId, raisedMs }) => ({
        ...{ machine, alarm_id: alarmId, raised_at: isoTime(raisedMs) },
      })),
      priorities: ALARM_PRIORITIES.toReversed().map((priority) => ({
        ...{ priority, count: found.priorities[priority], share_pct: share(found.priorities[priority]) },
      })),
      acknowledged: found.acknowledged.map(({ by, count, medianMs }) => ({
        by,
        count,
        median_s: medianMs / 1000,
      })),
    };
  },
});

function shownShare(share: AlarmShare) {
  return {
    ...{ machine: share.machine, alarm_id: share.alarmId, code: share.code, priority: share.priority },
    ...{ count: share.count, share_pct: share.sharePct },
    median_s: share.medianMs === null ? null : share.medianMs / 1000,
    longest_s: share.longestMs === null ? null : share.longestMs / 1000,
    ...{ chattered: share.chattered, fleeting: share.fleeting },
  };
}

/** `GET /api/alarms/performance`. */
export const alarmPerformanceRoutes: readonly Route[] = [performance];
