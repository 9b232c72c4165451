import { ALARM_PRIORITIES, type AlarmPriority } from "../../contract/schemas/alarm-v2.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { isChosen, type MachineChoice } from "../machine-choice.ts";
import { median } from "../robust.ts";
import { overlapMs, type Span, touching } from "../span.ts";
import { type AlarmFlood, alarmFloods, chatters } from "./alarm-floods.ts";
import { occurrencesWithin } from "./alarm-history.ts";
import { durationMs } from "./alarm-state.ts";
import { OCCURRENCES, type OccurrenceRow, OPEN_ALARMS } from "./alarm-tables.ts";
import { FLEETING_MS, FLOOD, STANDING_MS, UNACKNOWLEDGED_MS } from "./performance-targets.ts";

const HOUR_MS = 3_600_000;
const TEN_MINUTES_MS = 600_000;
const FREQUENT = 10;

/** What is asked of the alarm system: a span, a part of the plant. */
export interface PerformanceQuestion {
  readonly fromMs: number;
  /** Not included; what is later than `nowMs` is cut off. */
  readonly toMs: number;
  /** By default the whole plant. */
  readonly of?: MachineChoice | undefined;
  /** Operator positions that share these alarms; by default one a line. */
  readonly operators?: number | undefined;
}

/** One alarm among the others of a span. */
export interface AlarmShare {
  readonly machine: string;
  readonly alarmId: string;
  readonly code: string;
  readonly priority: AlarmPriority;
  readonly count: number;
  readonly sharePct: number;
  /** Of those whose end is known. */
  readonly medianMs: number | null;
  readonly longestMs: number | null;
  /** How often it chattered, and how often it was gone before anybody could act. */
  readonly chattered: number;
  readonly fleeting: number;
}

/** How many alarms a person acknowledged, and how soon. */
export interface AcknowledgedBy {
  readonly by: string;
  readonly count: number;
  readonly medianMs: number;
}

/** The alarm system of a span against ISA-18.2 and EEMUA 191; the targets stand beside it in PERFORMANCE_TARGETS. */
export interface AlarmPerformance {
  readonly fromMs: number;
  readonly toMs: number;
  readonly operators: number;
  /** Alarms that called a person; shelved, suppressed and switched off ones don't count. */
  readonly raised: number;
  readonly silenced: number;
  /** Share of the span in which any of the machines was heard, 0 to 1: of the rest nobody knows whether it was quiet. */
  readonly coverage: number;
  /** Means per operator position over the time that was heard; null where none was. */
  readonly perDay: number | null;
  readonly perHour: number | null;
  readonly perTenMinutes: number | null;
  /** How many came in each hour from the begin of the span. */
  readonly hours: readonly number[];
  /** Of those in which anything was heard, per operator position; null where none was. */
  readonly hoursAboveThirtyPct: number | null;
  readonly tenMinutesAboveTenPct: number | null;
  readonly mostInTenMinutes: number;
  readonly floods: readonly LineFlood[];
  /** Of the time that was heard. */
  readonly inFloodPct: number | null;
  /** Most frequent first; all alarms that came. */
  readonly frequent: readonly AlarmShare[];
  readonly topTenPct: number;
  readonly chattering: readonly AlarmShare[];
  readonly fleeting: number;
  /** Alarms that have stood for a day at the end of the span. */
  readonly standing: readonly Standing[];
  readonly priorities: Readonly<Record<AlarmPriority, number>>;
  /** Alarms that nobody acknowledged within ten minutes. */
  readonly unacknowledged: number;
  readonly acknowledged: readonly AcknowledgedBy[];
}

/** A flood on one line. */
export interface LineFlood extends Omit<AlarmFlood, "first"> {
  /** `<site>/<line>` */
  readonly line: string;
  /** The first alarms of it: they often name the cause. */
  readonly first: readonly { readonly machine: string; readonly code: string; readonly raisedMs: number }[];
}

interface Standing {
  readonly machine: string;
  readonly alarmId: string;
  readonly raisedMs: number;
}

/**
 * Measures the alarm system over a span.
 * @param heard when any of the machines was heard within it, in order (heard-time.ts)
 */
export function alarmPerformance(
  reading: ViewReading,
  { fromMs, toMs, of, operators: asked }: PerformanceQuestion,
  nowMs: number,
  heard: readonly Span[],
): AlarmPerformance {
  const endMs = Math.max(fromMs, Math.min(toMs, nowMs));
  const all = [...occurrencesWithin(reading, fromMs, endMs, of)];
  const called = all.filter(({ silenced }) => silenced === null);
  const lines = Map.groupBy(called, ({ machine }) => lineOf(machine));
  const operators = Math.max(1, asked ?? lines.size);
  const spanMs = Math.max(1, endMs - fromMs);
  const heardMs = overlapMs(heard, { fromMs, toMs: endMs });
  const per = (unitMs: number) => (heardMs === 0 ? null : ((called.length / heardMs) * unitMs) / operators);
  const aboveOf = (counts: readonly number[], unitMs: number, limit: number) => {
    const slot = (index: number) => ({
      fromMs: fromMs + index * unitMs,
      toMs: fromMs + (index + 1) * unitMs,
    });
    return shareAbovePct(
      counts.filter((count, index) => count > 0 || touching(heard, slot(index)).length > 0),
      limit * operators,
    );
  };
  const hours = countsIn(called, fromMs, endMs, HOUR_MS);
  const tens = countsIn(called, fromMs, endMs, TEN_MINUTES_MS);
  const floods = [...lines].flatMap(([line, own]) => floodsOf(line, own, endMs));
  const shares = sharesOf(called);
  const top = shares.slice(0, FREQUENT).reduce((sum, { count }) => sum + count, 0);
  return {
    fromMs,
    toMs: endMs,
    operators,
    raised: called.length,
    silenced: all.length - called.length,
    coverage: heardMs / spanMs,
    perDay: per(24 * HOUR_MS),
    perHour: per(HOUR_MS),
    perTenMinutes: per(TEN_MINUTES_MS),
    hours,
    hoursAboveThirtyPct: aboveOf(hours, HOUR_MS, 30),
    tenMinutesAboveTenPct: aboveOf(tens, TEN_MINUTES_MS, FLOOD.beginsAbove),
    mostInTenMinutes: tens.reduce((most, count) => Math.max(most, count), 0),
    floods: floods.sort((a, b) => a.fromMs - b.fromMs),
    inFloodPct: heardMs === 0 ? null : (100 * floodedMs(floods, endMs)) / heardMs / Math.max(1, lines.size),
    frequent: shares,
    topTenPct: called.length === 0 ? 0 : (100 * top) / called.length,
    chattering: shares.filter(({ chattered }) => chattered > 0),
    fleeting: called.filter((one) => isFleeting(one)).length,
    standing: standingAt(reading, endMs, of),
    priorities: prioritiesOf(called),
    unacknowledged: called.filter((one) => waitedMs(one, nowMs) > UNACKNOWLEDGED_MS).length,
    acknowledged: acknowledgersOf(called),
  };
}

function lineOf(machine: string): string {
  return machine.split("/", 2).join("/");
}

function countsIn(rows: readonly OccurrenceRow[], fromMs: number, toMs: number, unitMs: number): number[] {
  const counts = new Array<number>(Math.ceil((toMs - fromMs) / unitMs)).fill(0);
  for (const { raised_ms } of rows) {
    const index = Math.floor((raised_ms - fromMs) / unitMs);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

function shareAbovePct(counts: readonly number[], limit: number): number | null {
  return counts.length === 0 ? null : (100 * counts.filter((count) => count > limit).length) / counts.length;
}

function floodsOf(line: string, rows: readonly OccurrenceRow[], endMs: number): LineFlood[] {
  const floods = alarmFloods(
    rows.map(({ raised_ms }) => raised_ms),
    endMs,
  );
  return floods.map(({ first, ...flood }) => ({
    ...flood,
    line,
    first: first.flatMap((index) => {
      const row = rows[index];
      return row === undefined ? [] : [{ machine: row.machine, code: row.code, raisedMs: row.raised_ms }];
    }),
  }));
}

function floodedMs(floods: readonly LineFlood[], endMs: number): number {
  return floods.reduce((sum, { fromMs, untilMs }) => sum + Math.min(untilMs ?? endMs, endMs) - fromMs, 0);
}

function sharesOf(rows: readonly OccurrenceRow[]): AlarmShare[] {
  const groups = Map.groupBy(rows, ({ machine, alarm_id }) => `${machine} ${alarm_id}`);
  const shares = [...groups.values()].flatMap((own) => {
    const newest = own.at(-1);
    if (newest === undefined) return [];
    const lasted = own.flatMap((one) => (one.cleared_ms === null ? [] : [one.cleared_ms - one.raised_ms]));
    return [
      {
        machine: newest.machine,
        alarmId: newest.alarm_id,
        code: newest.code,
        priority: newest.priority,
        count: own.length,
        sharePct: (100 * own.length) / rows.length,
        medianMs: lasted.length === 0 ? null : median(lasted),
        longestMs: lasted.length === 0 ? null : lasted.reduce((a, b) => Math.max(a, b)),
        chattered: chatters(own.map(({ raised_ms }) => raised_ms)),
        fleeting: own.filter((one) => isFleeting(one)).length,
      },
    ];
  });
  return shares.sort((a, b) => b.count - a.count || (a.machine + a.alarmId < b.machine + b.alarmId ? -1 : 1));
}

function isFleeting({ raised_ms, cleared_ms }: OccurrenceRow): boolean {
  return cleared_ms !== null && cleared_ms - raised_ms < FLEETING_MS;
}

/** How long an alarm waited for a person, or has waited. */
function waitedMs({ raised_ms, acknowledged_ms }: OccurrenceRow, nowMs: number): number {
  return (acknowledged_ms ?? nowMs) - raised_ms;
}

/** What stands is open, and was the newest of its alarm ever since. */
function standingAt(reading: ViewReading, endMs: number, of: MachineChoice | undefined): Standing[] {
  const standing: Standing[] = [];
  for (const { machine, alarm_id } of reading.rows(OPEN_ALARMS).range()) {
    if (!isChosen(machine, of)) continue;
    const rows = reading
      .rows(OCCURRENCES)
      .range({ prefix: [machine, alarm_id], to: endMs, order: "desc", limit: 1 });
    for (const newest of rows) {
      const stands = newest.cleared_ms === null && newest.momentary === 0 && newest.superseded_ms === null;
      if (stands && (durationMs(newest, endMs) ?? 0) > STANDING_MS) {
        standing.push({ machine, alarmId: alarm_id, raisedMs: newest.raised_ms });
      }
    }
  }
  return standing;
}

function prioritiesOf(rows: readonly OccurrenceRow[]): Record<AlarmPriority, number> {
  const counts: Record<AlarmPriority, number> = { low: 0, medium: 0, high: 0, critical: 0 };
  for (const { priority } of rows) if (ALARM_PRIORITIES.includes(priority)) counts[priority] += 1;
  return counts;
}

function acknowledgersOf(rows: readonly OccurrenceRow[]): AcknowledgedBy[] {
  const waits = new Map<string, number[]>();
  for (const { acknowledged_by, acknowledged_ms, raised_ms } of rows) {
    if (acknowledged_ms === null || acknowledged_by === null) continue;
    const own = waits.get(acknowledged_by) ?? [];
    own.push(acknowledged_ms - raised_ms);
    waits.set(acknowledged_by, own);
  }
  return [...waits]
    .map(([by, own]) => ({ by, count: own.length, medianMs: median(own) }))
    .sort((a, b) => b.count - a.count || (a.by < b.by ? -1 : 1));
}
