import type { View, ViewMessage, ViewStore } from "../../views/view.ts";
import { alarmEvent } from "./alarm-event.ts";
import {
  ALARM_EVENTS,
  ALARM_RETENTION,
  ALARMS,
  type AlarmEventRow,
  OCCURRENCE_TIMES,
  OCCURRENCES,
  OPEN_ALARMS,
  TARGETED_CLEARS,
} from "./alarm-tables.ts";
import { AlarmUpdate } from "./alarm-update.ts";
import { OneAlarm } from "./one-alarm.ts";

const DAY_MS = 86_400_000;
/** Alarms are kept so long: three years are more than the shelf life of any chocolate, and than an audit asks for. */
export const ALARMS_KEPT_MS = 1100 * DAY_MS;

/**
 * The life of every alarm (ISA-18.2, IEC 62682). Every event is kept as a row in its place in time; what an occurrence
 * came to is worked out anew from its neighbours when one of them comes, so that it doesn't matter in which order
 * they come.
 */
export const ALARM_VIEW: View = {
  name: "alarms",
  version: 1,
  consumes: ["alarm"],
  tables: [
    ALARM_EVENTS,
    TARGETED_CLEARS,
    OCCURRENCES,
    OCCURRENCE_TIMES,
    ALARMS,
    OPEN_ALARMS,
    ALARM_RETENTION,
  ],

  fold(message: ViewMessage, store: ViewStore): void {
    if (message.type !== "alarm") return;
    const event = alarmEvent(message);
    const retention = store.rows(ALARM_RETENTION);
    if (isGone(event, retention.get("since")?.at_ms ?? Number.NEGATIVE_INFINITY)) return;
    const oldest = retention.get("oldest");
    if (oldest === undefined || event.at_ms < oldest.at_ms) {
      retention.put({ name: "oldest", at_ms: event.at_ms });
    }
    const alarm = new OneAlarm(store, event.machine, event.alarm_id);
    const update = new AlarmUpdate(alarm, store);
    if (alarm.add(event)) update.apply(event);
    update.refresh(event.message_id);
  },

  retain(newestReceivedMs: number, store: ViewStore): void {
    const retention = store.rows(ALARM_RETENTION);
    const sinceMs = Math.floor((newestReceivedMs - ALARMS_KEPT_MS) / DAY_MS) * DAY_MS;
    if (sinceMs <= (retention.get("since")?.at_ms ?? Number.NEGATIVE_INFINITY)) return;
    retention.put({ name: "since", at_ms: sinceMs });
    const oldest = retention.get("oldest");
    if (oldest === undefined || oldest.at_ms >= sinceMs) return;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const { machine, alarm_id } of [...store.rows(ALARMS).range()]) {
      const update = new AlarmUpdate(new OneAlarm(store, machine, alarm_id), store);
      oldestMs = Math.min(
        oldestMs,
        update.forget((event) => isGone(event, sinceMs)),
      );
    }
    if (oldestMs === Number.POSITIVE_INFINITY) retention.delete("oldest");
    else retention.put({ name: "oldest", at_ms: oldestMs });
  },
};

/** Both times count, so that what comes late stays as long as what it belongs to, whenever it is folded. */
function isGone(event: AlarmEventRow, sinceMs: number): boolean {
  return event.received_ms < sinceMs && event.at_ms < sinceMs;
}
