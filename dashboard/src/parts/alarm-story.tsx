import { useState } from "preact/hooks";
import type { AlarmAnswer } from "../api/answers.ts";
import { plant, zone } from "../api/plant.ts";
import type { AlarmPresent } from "../api/present.ts";
import { send, useQuery } from "../api/query.ts";
import { keepName, lacking } from "../api/who.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { texts } from "../texts/en.ts";
import { alarmWords } from "./alarm-words.ts";
import { Failed } from "./failed.tsx";
import { Modal } from "./modal.tsx";
import { PersonField } from "./person-field.tsx";

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
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<string>();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const by = String(given.get("by") ?? "").trim();
    const comment = String(given.get("comment") ?? "").trim();
    if (by === "" || comment === "") return;
    keepName(by);
    setPending(true);
    try {
      await send(`${address}/comment`, { by, comment, seen: data?.alarm.version ?? alarm.version });
      setRefused(undefined);
      form.reset();
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  };
  return (
    <Modal title={alarmWords(alarm, plant.value)} onClose={onClose}>
      {problem === undefined ? null : <Failed problem={problem} onRetry={reload} />}
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
      <form onSubmit={(event) => void submit(event)}>
        <label>
          {words.comment}
          <input class="field wide" name="comment" required maxLength={500} />
        </label>
        <PersonField />
        {refused === undefined ? null : (
          <p class="high" role="alert">
            {refused}
          </p>
        )}
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {words.close}
          </button>
          <button
            type="submit"
            class="btn primary"
            disabled={pending || lacking("operator") !== undefined}
            title={lacking("operator")}
          >
            {words.say}
          </button>
        </div>
      </form>
    </Modal>
  );
}
