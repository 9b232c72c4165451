import type { ViewStore } from "../../views/view.ts";
import {
  ALARM_EVENTS,
  ALARM_LANES,
  ALARMS,
  type AlarmEventRow,
  type AlarmRow,
  OCCURRENCES,
  OPEN_ALARMS,
  TARGETED_CLEARS,
} from "./alarm-tables.ts";
import { beginsOccurrence, occurrenceOf } from "./occurrence.ts";
import type { OneAlarm } from "./one-alarm.ts";

/** Brings what is derived of one alarm up to date after a change of its events. */
export class AlarmUpdate {
  readonly #alarm: OneAlarm;
  readonly #store: ViewStore;

  constructor(alarm: OneAlarm, store: ViewStore) {
    this.#alarm = alarm;
    this.#store = store;
  }

  /** Works out anew what an event that was just added can have changed. */
  apply(event: AlarmEventRow): void {
    switch (event.lane) {
      case "raised":
        this.#raised(event.at_ms);
        break;
      case "cleared":
        this.#cleared(event);
        break;
      case "acknowledged":
        this.#acknowledged(event.at_ms);
        break;
      case "comment":
        break; // It is among the alarm's events, and changes nothing of it.
      default:
        this.#silenced(event);
    }
  }

  /** Writes how the alarm stands now; `messageId` has spoken of it. */
  refresh(messageId: number): void {
    const { machine, alarmId } = this.#alarm;
    const rows = this.#store.rows(ALARMS);
    const version = Math.max(messageId, rows.get(machine, alarmId)?.version ?? 0);
    const newest = this.#alarm.newestOccurrence();
    const shelving = inForce(this.#alarm.newest("shelving"), "shelved");
    const suppression = inForce(this.#alarm.newest("suppression"), "suppressed");
    const service = inForce(this.#alarm.newest("service"), "out_of_service");
    const row: AlarmRow = {
      machine,
      alarm_id: alarmId,
      version,
      raised_ms: newest?.raised_ms ?? null,
      shelved_ms: shelving?.said_ms ?? null,
      shelved_until_ms: shelving?.until_ms ?? null,
      shelved_by: shelving?.by ?? null,
      shelved_reason: shelving?.reason ?? null,
      suppressed_ms: suppression?.said_ms ?? null,
      suppressed_reason: suppression?.reason ?? null,
      out_of_service_ms: service?.said_ms ?? null,
      out_of_service_by: service?.by ?? null,
      out_of_service_reason: service?.reason ?? null,
    };
    rows.put(row);
    const stands = newest !== undefined && newest.cleared_ms === null && newest.momentary === 0;
    const owed = newest !== undefined && newest.acknowledged_ms === null;
    const open =
      stands || owed || shelving !== undefined || suppression !== undefined || service !== undefined;
    if (open) this.#store.rows(OPEN_ALARMS).put({ machine, alarm_id: alarmId });
    else this.#store.rows(OPEN_ALARMS).delete(machine, alarmId);
  }

  /** Lets go of events and of all that was derived from them; gives where the first one kept stands, or infinity. */
  forget(isGone: (event: AlarmEventRow) => boolean): number {
    const { machine, alarmId } = this.#alarm;
    const events = this.#store.rows(ALARM_EVENTS);
    const gone: AlarmEventRow[] = [];
    let oldestMs = Number.POSITIVE_INFINITY;
    let newestId = 0;
    for (const event of events.range({ prefix: [machine, alarmId] })) {
      if (isGone(event)) {
        gone.push(event);
        continue;
      }
      oldestMs = Math.min(oldestMs, event.at_ms);
      newestId = Math.max(newestId, event.newest_id);
    }
    if (gone.length === 0) return oldestMs;
    for (const occurrence of [...this.#store.rows(OCCURRENCES).range({ prefix: [machine, alarmId] })]) {
      this.#dropOccurrence(occurrence.raised_ms);
    }
    for (const event of gone) {
      events.delete(machine, alarmId, event.lane, event.at_ms, event.tie);
      if (event.lane !== "cleared") continue;
      this.#store.heal(this.#clearKey(event));
      if (event.target_ms !== null) {
        this.#store.rows(TARGETED_CLEARS).delete(machine, alarmId, event.target_ms, event.at_ms, event.tie);
      }
    }
    for (const lane of ALARM_LANES) {
      for (const event of [...this.#alarm.from(lane)]) this.apply(event);
    }
    this.#store.rows(ALARMS).delete(machine, alarmId);
    this.#store.rows(OPEN_ALARMS).delete(machine, alarmId);
    if (newestId > 0) this.refresh(newestId);
    return oldestMs;
  }

  #raised(atMs: number): void {
    const alarm = this.#alarm;
    const clears: (AlarmEventRow | undefined)[] = [];
    const raise = alarm.firstFrom("raised", atMs);
    if (raise === undefined) return;
    const after = alarm.firstFrom("raised", atMs + 1);
    const begins = new Set<number>();
    if (beginsOccurrence(raise, alarm.lastBefore("raised", atMs))) begins.add(atMs);
    if (after !== undefined) {
      if (beginsOccurrence(after, alarm.lastBefore("raised", after.at_ms))) begins.add(after.at_ms);
      else if (alarm.occurrence(after.at_ms) !== undefined) {
        // Two runs of a version 1 alarm have become one; what named the second is free again.
        clears.push(this.#clearInUse(after.at_ms), ...alarm.targetedClears(after.at_ms - 999, after.at_ms));
        this.#dropOccurrence(after.at_ms);
      }
    }
    // First all of them, then what became of each: an occurrence ends at the latest where the next one begins.
    for (const beginMs of begins) this.#put(beginMs);
    const before = alarm.lastOccurrenceBefore(atMs)?.raised_ms;
    if (before !== undefined) begins.add(before);
    clears.push(...alarm.targetedClears(atMs - 999, atMs));
    for (const clear of clears) for (const beginMs of this.#mayEnd(clear)) begins.add(beginMs);
    for (const beginMs of begins) clears.push(...this.#work(beginMs));
    this.#judgeClears(clears);
  }

  #cleared(clear: AlarmEventRow): void {
    const owner = this.#ownerOf(clear);
    const clears = owner === undefined ? [] : this.#work(owner);
    this.#judgeClears([clear, ...clears]);
  }

  /** An acknowledgement goes for every occurrence up to it that no earlier one goes for. */
  #acknowledged(boundMs: number): void {
    const before = this.#alarm.lastBefore("acknowledged", boundMs)?.at_ms ?? Number.NEGATIVE_INFINITY;
    const begins: number[] = [];
    for (const occurrence of this.#alarm.occurrencesBefore(boundMs + 1)) {
      if (occurrence.raised_ms <= before) break;
      begins.push(occurrence.raised_ms);
    }
    for (const beginMs of begins) this.#work(beginMs);
  }

  #silenced(event: AlarmEventRow): void {
    const next = this.#alarm.firstFrom(event.lane, event.at_ms + 1)?.at_ms ?? Number.MAX_SAFE_INTEGER;
    const begins = [...this.#alarm.occurrencesWithin(event.at_ms, next)].map(({ raised_ms }) => raised_ms);
    for (const beginMs of begins) this.#work(beginMs);
  }

  /** The beginning of the occurrence that a clear would end. */
  #ownerOf(clear: AlarmEventRow): number | undefined {
    return (
      this.#alarm.targetOf(clear)?.raised_ms ?? this.#alarm.lastOccurrenceBefore(clear.at_ms + 1)?.raised_ms
    );
  }

  /** The beginnings of all occurrences that a clear can end, by what it names and by its time. */
  #mayEnd(clear: AlarmEventRow | undefined): number[] {
    if (clear === undefined) return [];
    const { target_ms, target_end_ms, at_ms } = clear;
    const byTime = this.#alarm.lastOccurrenceBefore(at_ms + 1);
    const named =
      target_ms === null ? [] : this.#alarm.occurrencesWithin(target_ms, (target_end_ms ?? target_ms) + 1);
    return [...named, ...(byTime === undefined ? [] : [byTime])].map(({ raised_ms }) => raised_ms);
  }

  #clearInUse(beginMs: number): AlarmEventRow | undefined {
    const used = this.#alarm.occurrence(beginMs);
    if (used === undefined || used.clear_at_ms === null) return undefined;
    return this.#alarm.event("cleared", used.clear_at_ms, used.clear_tie ?? "");
  }

  /** Works an occurrence out anew; gives the clears that it had and has. */
  #work(beginMs: number): (AlarmEventRow | undefined)[] {
    const had = this.#clearInUse(beginMs);
    this.#put(beginMs);
    return [had, this.#clearInUse(beginMs)];
  }

  #put(beginMs: number): void {
    const raise = this.#alarm.firstFrom("raised", beginMs);
    if (raise === undefined || raise.at_ms !== beginMs) return;
    const occurrence = occurrenceOf(this.#alarm, raise);
    this.#alarm.putOccurrence(occurrence);
    const { machine, alarmId } = this.#alarm;
    const key = this.#raiseKey(beginMs);
    if (occurrence.superseded_ms === null) {
      this.#store.heal(key);
      return;
    }
    this.#store.report({
      key,
      reason: "raised_again_without_clear",
      detail: `${alarmId} of ${machine} came at ${iso(beginMs)} and again at ${iso(occurrence.superseded_ms)}; that it went in between is not in the log`,
      subject: `${machine} ${alarmId}`,
      atMs: beginMs,
      messageId: occurrence.raised_id,
    });
  }

  #dropOccurrence(beginMs: number): void {
    this.#alarm.deleteOccurrence(beginMs);
    this.#store.heal(this.#raiseKey(beginMs));
  }

  /** A clear that ends nothing is a finding, until the raise it belongs to comes. */
  #judgeClears(clears: readonly (AlarmEventRow | undefined)[]): void {
    const { machine, alarmId } = this.#alarm;
    for (const clear of clears) {
      if (clear === undefined) continue;
      const owner = this.#ownerOf(clear);
      const ended = owner === undefined ? undefined : this.#alarm.occurrence(owner);
      const ends = ended?.clear_at_ms === clear.at_ms && ended.clear_tie === clear.tie;
      if (ends || this.#alarm.targetOf(clear) !== undefined) {
        this.#store.heal(this.#clearKey(clear));
        continue;
      }
      const named = clear.target_ms === null ? "" : ` (it names the one of ${iso(clear.target_ms)})`;
      this.#store.report({
        key: this.#clearKey(clear),
        reason: "clear_without_raise",
        detail: `${alarmId} of ${machine} went at ${iso(clear.said_ms)}${named}; that it came is not in the log`,
        subject: `${machine} ${alarmId}`,
        atMs: clear.said_ms,
        messageId: clear.message_id,
      });
    }
  }

  #clearKey(clear: AlarmEventRow): string {
    return `clear ${this.#alarm.machine} ${this.#alarm.alarmId} ${clear.at_ms} ${clear.tie}`;
  }

  #raiseKey(beginMs: number): string {
    return `raise ${this.#alarm.machine} ${this.#alarm.alarmId} ${beginMs}`;
  }
}

/** The event that puts a silence in force, where it is the newest of its lane. */
function inForce(newest: AlarmEventRow | undefined, event: string): AlarmEventRow | undefined {
  return newest?.event === event ? newest : undefined;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
