import { plant, zone } from "../../api/plant.ts";
import type { AlarmHistory, Occurrence, OpenAlarms } from "../../api/queries.ts";
import { now } from "../../app/clock.ts";
import { duration } from "../../format/time.ts";
import { AcknowledgeButton } from "../../parts/alarm-actions.tsx";
import { alarmWords } from "../../parts/alarm-words.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { GoodsConcerned } from "../../parts/goods-concerned.tsx";
import { Section } from "../../parts/section.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.machine;

/** The alarms of one machine: what is open, and what there was in the period. */
export function MachineAlarms({
  open,
  history,
}: {
  readonly open: OpenAlarms;
  readonly history: AlarmHistory;
}) {
  const isOpen = (each: Occurrence) =>
    open.alarms.some(({ alarmId, raisedMs }) => alarmId === each.alarmId && raisedMs === each.raisedMs);
  const past = history.occurrences.filter((each) => !isOpen(each));
  return (
    <Section title={texts.line.alarms} note={words.inPeriod(history.occurrences.length)} of={open}>
      {open.alarms.length + history.occurrences.length > 0 ? null : (
        <p class="empty">{open.known ? words.noAlarm : texts.line.noAlarmData}</p>
      )}
      <table>
        <tbody>
          {open.alarms.map((alarm) => (
            <tr key={alarm.alarmId} class={alarm.active && alarm.priority === "high" ? "abnormal" : ""}>
              <td>
                <Glyph
                  priority={alarm.priority}
                  cleared={!alarm.active}
                  unacknowledged={alarm.active && !alarm.acknowledged}
                />
              </td>
              <td class="nowrap">{zone.value.near(alarm.raisedMs, now.value)}</td>
              <td class="strong">{alarmWords(alarm, plant.value)}</td>
              <td class="nowrap label">{alarm.durationMs === undefined ? "" : duration(alarm.durationMs)}</td>
              <td class="number">
                <GoodsConcerned alarm={alarm} />{" "}
                {alarm.acknowledged ? null : <AcknowledgeButton alarms={[alarm]} />}
              </td>
            </tr>
          ))}
          {past.slice(0, 8).map((each) => (
            <tr key={`${each.alarmId} ${each.raisedMs}`}>
              <td>
                <Glyph priority={each.priority} cleared={each.clearedMs !== undefined} />
              </td>
              <td class="nowrap">{zone.value.near(each.raisedMs, now.value)}</td>
              <td>{alarmWords(each, plant.value)}</td>
              <td class="nowrap label">
                {each.durationMs === undefined ? words.stands : duration(each.durationMs)}
              </td>
              <td class="label xs">{each.acknowledgedBy ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
