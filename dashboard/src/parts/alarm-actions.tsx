import { useState } from "preact/hooks";
import type { AlarmPresent } from "../api/present.ts";
import { send } from "../api/query.ts";
import { keepName, lacking, person } from "../api/who.ts";
import { addressOf } from "../app/router.ts";
import { texts } from "../texts/en.ts";
import { Modal } from "./modal.tsx";
import { PersonField } from "./person-field.tsx";

const words = texts.actions;

/** What is done to an alarm, and how it stands: asked, on its way, in the log, or refused. */
type Progress =
  | { readonly kind: "idle" | "asking" | "sent" }
  | { readonly kind: "refused"; readonly why: string };

interface AcknowledgeButtonProps {
  readonly alarms: readonly AlarmPresent[];
  readonly primary?: boolean;
}

/** Acknowledges alarms in the name of whoever is here. It is done when the log has it and the list says so. */
export function AcknowledgeButton({ alarms, primary = false }: AcknowledgeButtonProps) {
  const [progress, setProgress] = useState<Progress>({ kind: "idle" });
  const acknowledge = async (by: string): Promise<void> => {
    setProgress({ kind: "sent" });
    try {
      for (const alarm of alarms) await act(alarm, "acknowledge", { by });
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
  const why = lacking("operator");
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
      {progress.kind === "refused" ? (
        <span class="high xs" role="alert">
          {progress.why}
        </span>
      ) : null}
      {progress.kind !== "asking" ? null : (
        <AskName
          onClose={() => setProgress({ kind: "idle" })}
          onName={(name) => {
            keepName(name);
            void acknowledge(name);
          }}
        />
      )}
    </>
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
  const [refused, setRefused] = useState<string>();
  const shelved = alarm.state === "shelved";
  const why = lacking("operator");
  const run = async (action: "shelve" | "unshelve", body: object): Promise<void> => {
    setPending(true);
    try {
      await act(alarm, action, body);
      setOpen(false);
      setRefused(undefined);
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const by = String(form.get("by") ?? "").trim();
    keepName(by);
    void run("shelve", {
      by,
      reason: String(form.get("reason") ?? "").trim(),
      until: new Date(Date.now() + Number(form.get("hours")) * HOUR_MS).toISOString(),
    });
  };
  if (shelved) {
    return (
      <button
        type="button"
        class="btn"
        disabled={pending || person.value === "" || why !== undefined}
        title={why}
        onClick={() => void run("unshelve", { by: person.value })}
      >
        {words.unshelve}
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        class="btn"
        disabled={pending || why !== undefined}
        title={why}
        onClick={() => setOpen(true)}
      >
        {words.shelve}
      </button>
      {!open ? null : (
        <Modal title={words.shelveTitle(alarm.code)} onClose={() => setOpen(false)}>
          <form onSubmit={submit}>
            <PersonField />
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
            <label>
              {words.reason}
              <input class="field" name="reason" required maxLength={200} />
            </label>
            {refused === undefined ? null : (
              <p class="high" role="alert">
                {refused}
              </p>
            )}
            <div class="actions">
              <button type="button" class="btn" onClick={() => setOpen(false)}>
                {words.cancel}
              </button>
              <button type="submit" class="btn primary" disabled={pending}>
                {words.shelve}
              </button>
            </div>
          </form>
        </Modal>
      )}
    </>
  );
}

function AskName({
  onName,
  onClose,
}: {
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name") ?? "").trim();
    if (name !== "") onName(name);
  };
  return (
    <Modal title={words.who} onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          {words.name}
          <input class="field" name="name" required maxLength={80} autoComplete="name" />
        </label>
        <div class="actions">
          <button type="button" class="btn" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="btn primary">
            {words.acknowledge}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** Asks the data center to publish an action; the version says what its person saw. */
function act(alarm: AlarmPresent, action: string, body: object): Promise<unknown> {
  return send(`/api${addressOf("alarms", alarm.machine, alarm.alarmId)}/${action}`, {
    ...body,
    seen: alarm.version,
  });
}
