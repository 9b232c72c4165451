import { useState } from "preact/hooks";
import type { PutOnHoldAnswer, RecallAnswer } from "../../api/answers.ts";
import { plant } from "../../api/plant.ts";
import { send } from "../../api/query.ts";
import { keepName, lacking } from "../../api/who.ts";
import { addressOf } from "../../app/router.ts";
import { number } from "../../format/number.ts";
import type { RecallSum } from "../../format/recall-words.ts";
import { Modal } from "../../parts/modal.tsx";
import { PersonField } from "../../parts/person-field.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
/** Goods of one message: the API takes 64 KiB. */
const PER_HOLD = 500;

interface HoldButtonProps {
  readonly sum: RecallSum;
  readonly data: RecallAnswer;
  /** What was asked: it stands in the reason. */
  readonly asked: string;
  readonly onHeld: () => void;
}

/** Puts on hold what is in stock and has a part of it: goods and lots, by messages of this desk. */
export function HoldButton({ sum, data, asked, onHeld }: HoldButtonProps) {
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [said, setSaid] = useState<readonly string[]>([]);
  const [refused, setRefused] = useState<string>();
  const units = sum.notHeld.map(({ unit }) => unit);
  const lots = sum.lotsLeft.map(({ lot }) => lot);
  // Said, and not in the answer yet: the message is on its way through the log.
  const known = new Set(data.units.flatMap(({ holds }) => holds));
  const waiting = said.filter((id) => !known.has(id));
  const hold = async (line: string, by: string, reason: string): Promise<void> => {
    setPending(true);
    setRefused(undefined);
    try {
      for (let at = 0; at < Math.max(units.length, lots.length); at += PER_HOLD) {
        const part = { units: units.slice(at, at + PER_HOLD), lots: lots.slice(at, at + PER_HOLD) };
        const { hold_id } = await send<PutOnHoldAnswer>(`/api/holds/lines${addressOf(line)}`, {
          by,
          reason,
          ...(part.units.length === 0 ? {} : { units: part.units }),
          ...(part.lots.length === 0 ? {} : { lots: part.lots }),
        });
        setSaid((before) => [...before, hold_id]);
      }
      setOpen(false);
      onHeld();
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    keepName(text("by"));
    void hold(text("line"), text("by"), text("reason"));
  };
  if (units.length === 0 && sum.hold.length > 0) {
    return (
      <span class="label" role="status">
        {words.allHeld}
      </span>
    );
  }
  if (units.length + lots.length === 0) return null;
  return (
    <>
      <button
        type="button"
        class="btn primary"
        disabled={pending || lacking("quality") !== undefined}
        title={lacking("quality")}
        onClick={() => setOpen(true)}
      >
        {words.hold(number(units.length))}
      </button>
      {waiting.length === 0 ? null : (
        <span class="label" role="status">
          {words.onItsWay(waiting.join(", "))}
        </span>
      )}
      {!open ? null : (
        <Modal
          title={words.holdTitle(number(units.length), number(lots.length))}
          onClose={() => setOpen(false)}
        >
          <form onSubmit={submit}>
            <p class="note">{words.holdNote}</p>
            <PersonField />
            <label>
              {words.line}
              <select class="field" name="line">
                {(plant.value?.lines ?? []).map(({ key }) => (
                  <option key={key} value={key}>
                    {key}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {texts.actions.reason}
              <input
                class="field"
                name="reason"
                required
                maxLength={500}
                defaultValue={words.reason(asked)}
              />
            </label>
            {refused === undefined ? null : (
              <p class="high" role="alert">
                {refused}
              </p>
            )}
            <div class="actions">
              <button type="button" class="btn" onClick={() => setOpen(false)}>
                {texts.actions.cancel}
              </button>
              <button type="submit" class="btn primary" disabled={pending}>
                {pending ? texts.actions.pending : words.hold(number(units.length))}
              </button>
            </div>
          </form>
        </Modal>
      )}
    </>
  );
}
