import type { ViewStore } from "../../views/view.ts";
import type { ViewRows } from "../../views/view-table.ts";
import {
  ALARM_EVENTS,
  type AlarmEventRow,
  type AlarmLane,
  OCCURRENCE_TIMES,
  OCCURRENCES,
  type OccurrenceRow,
  type OccurrenceTimeRow,
  TARGETED_CLEARS,
  type TargetedClearRow,
} from "./alarm-tables.ts";

/** What is kept of one alarm, as the fold asks for it: neighbours in time, never a whole history. */
export class OneAlarm {
  readonly machine: string;
  readonly alarmId: string;
  readonly #events: ViewRows<AlarmEventRow>;
  readonly #occurrences: ViewRows<OccurrenceRow>;
  readonly #times: ViewRows<OccurrenceTimeRow>;
  readonly #targeted: ViewRows<TargetedClearRow>;

  constructor(store: ViewStore, machine: string, alarmId: string) {
    this.machine = machine;
    this.alarmId = alarmId;
    this.#events = store.rows(ALARM_EVENTS);
    this.#occurrences = store.rows(OCCURRENCES);
    this.#times = store.rows(OCCURRENCE_TIMES);
    this.#targeted = store.rows(TARGETED_CLEARS);
  }

  /** Keeps an event; of copies the first message's. False when it was known from the same message or an earlier one. */
  add(event: AlarmEventRow): boolean {
    const { machine, alarm_id, lane, at_ms, tie, message_id } = event;
    const known = this.#events.get(machine, alarm_id, lane, at_ms, tie);
    if (known !== undefined && known.message_id <= message_id) {
      if (known.newest_id < message_id) this.#events.put({ ...known, newest_id: message_id });
      return false;
    }
    this.#events.put(known === undefined ? event : { ...event, newest_id: known.newest_id });
    if (event.lane === "cleared" && event.target_ms !== null) {
      this.#targeted.put({ machine, alarm_id, target_ms: event.target_ms, at_ms, tie });
    }
    return true;
  }

  event(lane: AlarmLane, atMs: number, tie: string): AlarmEventRow | undefined {
    return this.#events.get(this.machine, this.alarmId, lane, atMs, tie);
  }

  /** The first event of a lane from a time on. */
  firstFrom(lane: AlarmLane, fromMs: number): AlarmEventRow | undefined {
    return first(this.from(lane, fromMs, 1));
  }

  /** The events of a lane from a time on, or all of them. */
  from(lane: AlarmLane, fromMs?: number, limit?: number): Iterable<AlarmEventRow> {
    return this.#events.range({ prefix: [this.machine, this.alarmId, lane], from: fromMs, limit });
  }

  /** The last event of a lane before a time. */
  lastBefore(lane: AlarmLane, beforeMs: number): AlarmEventRow | undefined {
    const prefix = [this.machine, this.alarmId, lane];
    return first(this.#events.range({ prefix, to: beforeMs, order: "desc", limit: 1 }));
  }

  /** The newest event of a lane. */
  newest(lane: AlarmLane): AlarmEventRow | undefined {
    return this.lastBefore(lane, Number.MAX_SAFE_INTEGER);
  }

  occurrence(raisedMs: number): OccurrenceRow | undefined {
    return this.#occurrences.get(this.machine, this.alarmId, raisedMs);
  }

  firstOccurrenceFrom(fromMs: number): OccurrenceRow | undefined {
    return first(this.#occurrences.range({ prefix: [this.machine, this.alarmId], from: fromMs, limit: 1 }));
  }

  /** Occurrences from the last one before a time backwards. */
  occurrencesBefore(beforeMs: number, limit?: number): Iterable<OccurrenceRow> {
    const prefix = [this.machine, this.alarmId];
    return this.#occurrences.range({ prefix, to: beforeMs, order: "desc", limit });
  }

  lastOccurrenceBefore(beforeMs: number): OccurrenceRow | undefined {
    return first(this.occurrencesBefore(beforeMs, 1));
  }

  newestOccurrence(): OccurrenceRow | undefined {
    return this.lastOccurrenceBefore(Number.MAX_SAFE_INTEGER);
  }

  /** Occurrences that began in a span, the end not included. */
  occurrencesWithin(fromMs: number, toMs: number): Iterable<OccurrenceRow> {
    return this.#occurrences.range({ prefix: [this.machine, this.alarmId], from: fromMs, to: toMs });
  }

  putOccurrence(row: OccurrenceRow): void {
    this.#occurrences.put(row);
    this.#times.put({ raised_ms: row.raised_ms, machine: row.machine, alarm_id: row.alarm_id });
  }

  deleteOccurrence(raisedMs: number): void {
    this.#occurrences.delete(this.machine, this.alarmId, raisedMs);
    this.#times.delete(raisedMs, this.machine, this.alarmId);
  }

  /** The clears that name an occurrence beginning in a span, both ends included. */
  targetedClears(fromMs: number, toMs: number): AlarmEventRow[] {
    const prefix = [this.machine, this.alarmId];
    const keys = [...this.#targeted.range({ prefix, from: fromMs, to: toMs + 1 })];
    return keys.flatMap(({ at_ms, tie }) => this.event("cleared", at_ms, tie) ?? []);
  }

  /** The occurrence that a clear names, where it is known. */
  targetOf(clear: AlarmEventRow): OccurrenceRow | undefined {
    if (clear.target_ms === null) return undefined;
    const named = this.firstOccurrenceFrom(clear.target_ms);
    return named !== undefined && named.raised_ms <= (clear.target_end_ms ?? clear.target_ms)
      ? named
      : undefined;
  }
}

function first<Row>(rows: Iterable<Row>): Row | undefined {
  for (const row of rows) return row;
  return undefined;
}
