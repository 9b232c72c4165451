import { useState } from "preact/hooks";
import type { AlarmPresent } from "../api/present.ts";
import { send } from "../api/query.ts";
import { person } from "../api/who.ts";
import { addressOf } from "../app/router.ts";
import { texts } from "../texts/en.ts";
import { Modal } from "./modal.tsx";
import { hindrance, PersonForm, Reason } from "./person-form.tsx";
import { type Said, waitsInWords } from "./waits.ts";

const words = texts.actions;

/** What is done to an alarm, and how it stands: asked, on its way, in the log, or refused. */
type Progress =
  | { readonly kind: "idle" | "asking" }
  | { readonly kind: "sent"; readonly waits?: string | undefined }
  | { readonly kind: "refused"; readonly why: string };

interface AcknowledgeButtonProps {
  readonly alarms: readonly AlarmPresent[];
  readonly primary?: boolean;
}

/** Acknowledges alarms in the name of whoever is here. It is done when the log has it and the list says so. */
export function AcknowledgeButton({ alarms, primary = false }: AcknowledgeButtonProps) {
  const [progress, setProgress] = useState<Progress>({ kind: "idle" });
  const acknowledge = async (by: string): Promise<undefined> => {
    setProgress({ kind: "sent" });
    try {
      for (const alarm of alarms)
        setProgress({ kind: "sent", waits: await act(alarm, "acknowledge", { by }) });
    } catch (error) {
      setProgress({ kind: "refused", why: error instanceof Error ? error.message : String(error) });
    }
  };
  const press = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
    if (person.value === "") setProgress({ kind: "asking" });
    else void acknowledge(person.value);
  };
  const why = hindrance("operator");
  return (
    <>
      <button
        type="button"
        class={`btn${primary ? " primary" : ""}`}
        disabled={progress.kind === "sent" || why !== undefined}
        title={why}
        onClick={press}
      >
        {progress.kind === "sent" ? words.pending : primary ? words.acknowledge : words.ack(alarms.length)}
      </button>
      <Waits words={progress.kind === "sent" ? progress.waits : undefined} />
      {progress.kind === "refused" ? (
        <span class="high xs" role="alert">
          {progress.why}
        </span>
      ) : null}
      {progress.kind !== "asking" ? null : (
        <Modal title={words.who} onClose={() => setProgress({ kind: "idle" })}>
          <PersonForm
            button={words.acknowledge}
            onLeave={() => setProgress({ kind: "idle" })}
            onSubmit={acknowledge}
          />
        </Modal>
      )}
    </>
  );
}

/** That what was said waits, beside its button. */
function Waits({ words: said }: { readonly words: string | undefined }) {
  if (said === undefined) return null;
  return (
    <span class="strong xs" role="status">
      {said}
    </span>
  );
}

interface ShelveButtonProps {
  readonly alarm: AlarmPresent;
}

const HOUR_MS = 3_600_000;
const SHELVE_HOURS = [1, 2, 4, 8] as const;

/** Silences an alarm for some hours, with a reason; or ends that. */
export function ShelveButton({ alarm }: ShelveButtonProps) {
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [waits, setWaits] = useState<{ readonly shelved: boolean; readonly words: string }>();
  const shelved = alarm.state === "shelved";
  // It waits for as long as the alarm is as it was when it was said.
  const waiting = waits?.shelved === shelved ? waits.words : undefined;
  const why = hindrance("operator");
  const say = async (action: string, body: object): Promise<void> => {
    const kept = await act(alarm, action, body);
    setWaits(kept === undefined ? undefined : { shelved, words: kept });
  };
  const unshelve = async (): Promise<void> => {
    setPending(true);
    try {
      await say("unshelve", { by: person.value });
    } finally {
      setPending(false);
    }
  };
  if (shelved) {
    return (
      <>
        <button
          type="button"
          class="btn"
          disabled={pending || waiting !== undefined || person.value === "" || why !== undefined}
          title={why}
          onClick={() => void unshelve()}
        >
          {words.unshelve}
        </button>
        <Waits words={waiting} />
      </>
    );
  }
  return (
    <>
      <button
        type="button"
        class="btn"
        disabled={waiting !== undefined || why !== undefined}
        title={why}
        onClick={() => setOpen(true)}
      >
        {words.shelve}
      </button>
      <Waits words={waiting} />
      {!open ? null : (
        <Modal title={words.shelveTitle(alarm.code)} onClose={() => setOpen(false)}>
          <PersonForm
            button={words.shelve}
            onLeave={() => setOpen(false)}
            onSubmit={async (by, field) => {
              const until = new Date(Date.now() + Number(field("hours")) * HOUR_MS).toISOString();
              await say("shelve", { by, reason: field("reason"), until });
              setOpen(false);
              return undefined;
            }}
          >
            <label>
              {words.hours}
              <select class="field" name="hours">
                {SHELVE_HOURS.map((hours) => (
                  <option key={hours} value={hours}>
                    {words.forHours(hours)}
                  </option>
                ))}
              </select>
            </label>
            <Reason most={200} />
          </PersonForm>
        </Modal>
      )}
    </>
  );
}

/**
 * Asks the data center to publish an action; the version says what its person saw.
 * @returns that it waits, in words, where it does
 */
async function act(alarm: AlarmPresent, action: string, body: object): Promise<string | undefined> {
  const path = `/api${addressOf("alarms", alarm.machine, alarm.alarmId)}/${action}`;
  return waitsInWords(await send<Said>(path, { ...body, seen: alarm.version }));
}
