import { useState } from "preact/hooks";
import type { PutOnHoldAnswer, RecallAnswer } from "../../api/answers.ts";
import type { Hold } from "../../api/holds.ts";
import { plant } from "../../api/plant.ts";
import { send } from "../../api/query.ts";
import { addressOf } from "../../app/router.ts";
import { behindOf, isLevel } from "../../format/level.ts";
import { number } from "../../format/number.ts";
import type { RecallSum } from "../../format/recall-words.ts";
import { Modal } from "../../parts/modal.tsx";
import { hindrance, PersonForm, Reason } from "../../parts/person-form.tsx";
import { waitsInWords } from "../../parts/waits.ts";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
/** Goods of one message: the API takes 64 KiB. */
const PER_HOLD = 500;

interface HoldButtonProps {
  readonly sum: RecallSum;
  readonly data: RecallAnswer;
  /** Holds that are open now, the lots' too: the answer has those of goods. */
  readonly holds: readonly Hold[];
  /** What was asked: it stands in the reason. */
  readonly asked: string;
  readonly onHeld: () => void;
}

/** Puts on hold what is in stock and has a part of it: goods and lots, by messages of this desk. */
export function HoldButton({ sum, data, holds, asked, onHeld }: HoldButtonProps) {
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState<readonly string[]>([]);
  const [kept, setKept] = useState<string>();
  const units = sum.notHeld.map(({ unit }) => unit);
  const behind = behindOf(data);
  const onHold = new Set(
    holds.flatMap(({ goods }) => goods.flatMap((each) => (each.decision ? [] : each.id))),
  );
  const lots = sum.lotsLeft.map(({ lot }) => lot).filter((lot) => !onHold.has(lot));
  // Said, and not in the answer yet: the message is on its way through the log.
  const known = new Set([
    ...data.units.flatMap((unit) => unit.holds),
    ...holds.map(({ hold_id }) => hold_id),
  ]);
  const waiting = said.filter((id) => !known.has(id));
  const waits = waiting.length > 0 && kept !== undefined;
  const hold = async (line: string, by: string, reason: string): Promise<undefined> => {
    for (let at = 0; at < Math.max(units.length, lots.length); at += PER_HOLD) {
      const part = { units: units.slice(at, at + PER_HOLD), lots: lots.slice(at, at + PER_HOLD) };
      const answer = await send<PutOnHoldAnswer>(`/api/holds/lines${addressOf(line)}`, {
        by,
        reason,
        ...(part.units.length === 0 ? {} : { units: part.units }),
        ...(part.lots.length === 0 ? {} : { lots: part.lots }),
      });
      setSaid((before) => [...before, answer.hold_id]);
      setKept(waitsInWords(answer));
    }
    setOpen(false);
    onHeld();
  };
  if (units.length + lots.length === 0 && sum.hold.length + sum.lotsLeft.length > 0) {
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
        disabled={waits || hindrance("quality") !== undefined}
        title={hindrance("quality")}
        onClick={() => setOpen(true)}
      >
        {words.hold(units.length, lots.length)}
      </button>
      {waiting.length === 0 ? null : (
        <span class={waits ? "strong" : "label"} role="status">
          {waits ? words.waits(waiting.join(", "), kept) : words.onItsWay(waiting.join(", "))}
        </span>
      )}
      {!open ? null : (
        <Modal
          title={words.holdTitle(number(units.length), number(lots.length))}
          onClose={() => setOpen(false)}
        >
          <p class="note">{words.holdNote}</p>
          {isLevel(behind) ? null : <p class="record strong">{words.holdBehind(number(behind))}</p>}
          <PersonForm
            button={words.hold(units.length, lots.length)}
            onLeave={() => setOpen(false)}
            onSubmit={(by, field) => hold(field("line"), by, field("reason"))}
          >
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
            <Reason
              most={500}
              value={isLevel(behind) ? words.reason(asked) : words.reasonBehind(asked, number(behind))}
            />
          </PersonForm>
        </Modal>
      )}
    </>
  );
}
