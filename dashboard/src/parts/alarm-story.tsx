import { useState } from "preact/hooks";
import type { AlarmAnswer, CommentAlarmAnswer } from "../api/answers.ts";
import { plant, zone } from "../api/plant.ts";
import type { AlarmPresent } from "../api/present.ts";
import { send, useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { texts } from "../texts/en.ts";
import { alarmWords } from "./alarm-words.ts";
import { Failed } from "./failed.tsx";
import { Modal } from "./modal.tsx";
import { PersonForm } from "./person-form.tsx";
import { waitsInWords } from "./waits.ts";

const words = texts.actions;
/** Events of an alarm that are told. */
const EVENTS = 12;

/** Who did what with an alarm, and a place to say something about it. */
export function AlarmStoryButton({ alarm }: { readonly alarm: AlarmPresent }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="btn" title={words.storyTitle} onClick={() => setOpen(true)}>
        {words.story}
      </button>
      {open ? <AlarmStory alarm={alarm} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function AlarmStory({ alarm, onClose }: { readonly alarm: AlarmPresent; readonly onClose: () => void }) {
  const address = `/api${addressOf("alarms", alarm.machine, alarm.alarmId)}`;
  const { data, problem, reload } = useQuery<AlarmAnswer>(
    `${address}?limit=${EVENTS}`,
    [`machine:${alarm.machine}`],
    2,
  );
  return (
    <Modal title={alarmWords(alarm, plant.value)} onClose={onClose}>
      <Failed problem={problem} onRetry={reload} />
      <ol class="alarm-events">
        {(data?.events ?? []).map(({ event, at, by, reason, message_id }) => (
          <li key={message_id}>
            <span class="label nowrap">{zone.value.near(Date.parse(at), now.value)}</span>
            <span>
              <b>{words.events[event] ?? event.replaceAll("_", " ")}</b>
              {by === null ? "" : ` ${words.by} ${by}`}
              {reason === null ? "" : `: ${reason}`}
            </span>
          </li>
        ))}
      </ol>
      <PersonForm
        button={words.say}
        leave={words.close}
        needs="operator"
        onLeave={onClose}
        onSubmit={async (by, field) => {
          const seen = data?.alarm.version ?? alarm.version;
          return waitsInWords(
            await send<CommentAlarmAnswer>(`${address}/comment`, { by, comment: field("comment"), seen }),
          );
        }}
      >
        <label>
          {words.comment}
          <input class="field wide" name="comment" required maxLength={500} />
        </label>
      </PersonForm>
    </Modal>
  );
}
