import { plant, zone } from "../../api/plant.ts";
import type { AlarmPresent } from "../../api/present.ts";
import type { OpenAlarms } from "../../api/queries.ts";
import { now } from "../../app/clock.ts";
import { addressOf } from "../../app/router.ts";
import type { OutOfRange } from "../../format/line-verdict.ts";
import { duration } from "../../format/time.ts";
import { AcknowledgeButton } from "../../parts/alarm-actions.tsx";
import { alarmWords } from "../../parts/alarm-words.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { GoodsConcerned } from "../../parts/goods-concerned.tsx";
import { MachinePlace } from "../../parts/machine-place.tsx";
import { Section } from "../../parts/section.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.line;
/** Of those that are back to normal, so many are shown here; the alarms' page has all. */
const RETURNED = 4;

interface LineAlarmsProps {
  readonly alarms: OpenAlarms;
  readonly out: readonly OutOfRange[];
  readonly line: string;
  /** Whether any machine of the line is heard: of one that is silent nobody knows whether it has an alarm. */
  readonly heard: boolean;
}

/** What must be done now, what is not normal, and what nobody has acknowledged yet. */
export function LineAlarms({
  alarms: { alarms, known, problem, reload },
  out,
  line,
  heard,
}: LineAlarmsProps) {
  const active = alarms.filter((alarm) => alarm.active);
  const returned = alarms.filter((alarm) => !alarm.active && !alarm.acknowledged);
  return (
    <Section
      title={words.alarms}
      note={[
        ...(heard || active.length > 0 ? [words.active(active.length)] : []),
        ...(out.length === 0 ? [] : [words.outOfNormal(out.length)]),
      ].join(", ")}
      aside={
        <>
          <span class="space" />
          <a class="label xs" href={`/alarms?under=${encodeURIComponent(line)}`}>
            {words.all}
          </a>
        </>
      }
      of={{ problem, reload }}
    >
      {active.length > 0 ? null : (
        <p class="empty">{!known ? words.noAlarmData : heard ? words.noAlarm : words.noAlarmHeard}</p>
      )}
      <table>
        <tbody>
          {active.map((alarm) => (
            <Row key={`${alarm.machine} ${alarm.alarmId}`} alarm={alarm} />
          ))}
          {out.length === 0 ? null : (
            <tr>
              <td colSpan={4} class="label xs">
                {words.outside}
              </td>
            </tr>
          )}
          {out.map(({ words: text, machine }) => (
            <tr key={text}>
              <td />
              <td />
              <td colSpan={2}>
                <a href={addressOf("machine", machine)}>{text}</a>
              </td>
            </tr>
          ))}
          {returned.length === 0 ? null : (
            <tr>
              <td colSpan={4} class="label xs">
                {words.returned}: {returned.length}
              </td>
            </tr>
          )}
          {returned.slice(0, RETURNED).map((alarm) => (
            <Row key={`${alarm.machine} ${alarm.alarmId}`} alarm={alarm} />
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Row({ alarm }: { readonly alarm: AlarmPresent }) {
  const { machine, priority, active, acknowledged, raisedMs, durationMs, message } = alarm;
  const text = alarmWords(alarm, plant.value);
  const urgent = active && (priority === "high" || priority === "critical");
  return (
    <tr class={urgent ? "abnormal" : ""}>
      <td>
        <Glyph priority={priority} cleared={!active} unacknowledged={active && !acknowledged} />
      </td>
      <td class="nowrap">
        {zone.value.near(raisedMs, now.value)}
        <br />
        <span class="label xs">{durationMs === undefined ? "" : duration(durationMs)}</span>
      </td>
      <td>
        <MachinePlace machine={machine} strong />{" "}
        <span class={urgent ? "high strong" : active ? "strong" : ""}>{text}</span>
        {active && message.toLowerCase() !== text.toLowerCase() ? (
          <>
            <br />
            <span class="label">{message}</span>
          </>
        ) : null}
        <GoodsConcerned alarm={alarm} />
      </td>
      <td class="number">{acknowledged ? null : <AcknowledgeButton alarms={[alarm]} primary={urgent} />}</td>
    </tr>
  );
}
