import type { AlarmPriority } from "../../contract/schemas/alarm-v2.ts";
import type { PlainValue } from "../../contract/schemas/value-quality.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { isChosen, type MachineChoice } from "../machine-choice.ts";
import { type AlarmEnd, durationMs, endOf } from "./alarm-state.ts";
import { OCCURRENCE_TIMES, OCCURRENCES, type OccurrenceRow, type Silence } from "./alarm-tables.ts";

/** One coming of an alarm, as answers show it. Times in ms since 1970. */
export interface OccurrenceView {
  readonly machine: string;
  readonly alarmId: string;
  readonly code: string;
  readonly message: string;
  readonly priority: AlarmPriority;
  readonly raisedMs: number;
  readonly clearedMs: number | null;
  readonly end: AlarmEnd;
  /** How long it lasted, or has lasted; null where its end is not known. */
  readonly durationMs: number | null;
  readonly acknowledgedMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly comment: string | null;
  /** What silenced it when it came; null where a person was called. */
  readonly silenced: Silence | null;
  readonly tag: string | null;
  readonly value: PlainValue | null;
  readonly limit: number | null;
  readonly limitKind: string | null;
  readonly unit: string | null;
  readonly product: string | null;
  readonly batchId: string | null;
  /** The messages that say so, by their ids in the log. */
  readonly messageIds: {
    readonly raised: number;
    readonly cleared: number | null;
    readonly acknowledged: number | null;
  };
}

/** What of the history is asked for. */
export interface HistoryQuestion {
  /** By default the whole plant. */
  readonly of?: MachineChoice | undefined;
  /** Came from here on, ms since 1970, included. */
  readonly fromMs?: number | undefined;
  /** Came before, ms since 1970. */
  readonly toMs?: number | undefined;
  readonly priorities?: readonly AlarmPriority[] | undefined;
  readonly codes?: readonly string[] | undefined;
  readonly alarmId?: string | undefined;
  /** Only what nobody has acknowledged, or only what somebody has. */
  readonly acknowledged?: boolean | undefined;
  /** Where the page before ended. */
  readonly after?: HistoryPlace | undefined;
  readonly limit: number;
}

/** A place in the history: it stays where it is, whatever comes. */
export type HistoryPlace = readonly [raisedMs: number, machine: string, alarmId: string];

/** A page of the history, newest first. */
export interface HistoryPage {
  readonly occurrences: readonly OccurrenceView[];
  /** Where the next page begins; null when there is no more. */
  readonly next: HistoryPlace | null;
}

/** Occurrences looked at for one page: a filter that fits nothing ends here, with a place to go on from. */
const MAX_LOOKED_AT = 100_000;

/** Occurrences, newest first. */
export function alarmHistory(reading: ViewReading, question: HistoryQuestion, nowMs: number): HistoryPage {
  const occurrences: OccurrenceView[] = [];
  const rows = reading.rows(OCCURRENCES);
  const { fromMs: from, toMs: to, after, limit } = question;
  let lookedAt = 0;
  for (const place of reading.rows(OCCURRENCE_TIMES).range({ from, to, after, order: "desc" })) {
    const next: HistoryPlace = [place.raised_ms, place.machine, place.alarm_id];
    const fits = isChosen(place.machine, question.of) && isOf(place.alarm_id, question.alarmId);
    const row = fits ? rows.get(place.machine, place.alarm_id, place.raised_ms) : undefined;
    if (row !== undefined && isAskedFor(row, question)) {
      occurrences.push(occurrenceView(row, nowMs));
      if (occurrences.length >= limit) return { occurrences, next };
    }
    lookedAt++;
    if (lookedAt >= MAX_LOOKED_AT) return { occurrences, next };
  }
  return { occurrences, next: null };
}

/** All occurrences that came in a span, oldest first. */
export function* occurrencesWithin(
  reading: ViewReading,
  fromMs: number,
  toMs: number,
  of?: MachineChoice,
): Iterable<OccurrenceRow> {
  const rows = reading.rows(OCCURRENCES);
  for (const place of reading.rows(OCCURRENCE_TIMES).range({ from: fromMs, to: toMs })) {
    if (!isChosen(place.machine, of)) continue;
    const row = rows.get(place.machine, place.alarm_id, place.raised_ms);
    if (row !== undefined) yield row;
  }
}

/** An occurrence as it is shown, with how it ended as of a time in ms since 1970. */
export function occurrenceView(row: OccurrenceRow, nowMs: number): OccurrenceView {
  return {
    machine: row.machine,
    alarmId: row.alarm_id,
    code: row.code,
    message: row.message,
    priority: row.priority,
    raisedMs: row.raised_ms,
    clearedMs: row.cleared_ms,
    end: endOf(row, nowMs),
    durationMs: durationMs(row, nowMs),
    acknowledgedMs: row.acknowledged_ms,
    acknowledgedBy: row.acknowledged_by,
    comment: row.comment,
    silenced: row.silenced,
    tag: row.tag,
    value: row.value === null ? null : (JSON.parse(row.value) as PlainValue),
    limit: row.limit_value,
    limitKind: row.limit_kind,
    unit: row.unit,
    product: row.product,
    batchId: row.batch_id,
    messageIds: { raised: row.raised_id, cleared: row.cleared_id, acknowledged: row.acknowledged_id },
  };
}

function isOf(alarmId: string, asked: string | undefined): boolean {
  return asked === undefined || alarmId === asked;
}

function isAskedFor(row: OccurrenceRow, { priorities, codes, acknowledged }: HistoryQuestion): boolean {
  return (
    (priorities === undefined || priorities.includes(row.priority)) &&
    (codes === undefined || codes.includes(row.code)) &&
    (acknowledged === undefined || (row.acknowledged_ms !== null) === acknowledged)
  );
}
