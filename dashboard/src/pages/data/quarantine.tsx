import { useState } from "preact/hooks";
import type {
  CorrectQuarantinedAnswer,
  CorrectQuarantinedBody,
  DismissQuarantinedAnswer,
  DismissQuarantinedBody,
  QuarantineAnswer,
  QuarantinedMessageAnswer,
  ReplayQuarantinedAnswer,
} from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { problemInWords } from "../../api/problem.ts";
import { send, useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { bytes, number } from "../../format/number.ts";
import { Failed } from "../../parts/failed.tsx";
import { Modal } from "../../parts/modal.tsx";
import { hindrance, PersonForm, Reason } from "../../parts/person-form.tsx";
import { Scroll } from "../../parts/scroll.tsx";
import { Section } from "../../parts/section.tsx";
import { type Head, Heads } from "../../parts/table.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.data;
const HEADS: readonly Head[] = [
  { head: words.received },
  { head: words.topic },
  { head: words.why },
  { head: words.detail },
  { head: words.size, number: true },
  { head: words.look, unseen: true },
];
type Quarantined = QuarantineAnswer["quarantined"][number];

/** What could not be used, byte by byte, and the way back into the log. */
export function Quarantine() {
  const { data, problem, reload } = useQuery<QuarantineAnswer>("/api/quarantine?state=open&limit=100", [], 5);
  const [looked, setLooked] = useState<number>();
  const open = data?.open_by_reason.reduce((sum, each) => sum + each.open, 0) ?? 0;
  return (
    <Section
      title={words.quarantine}
      note={open === 0 ? "" : words.quarantineNote(number(open))}
      of={{ problem, reload }}
    >
      {data !== undefined && open === 0 ? <p class="empty">{words.quarantineEmpty}</p> : null}
      {data === undefined || open === 0 ? null : (
        <Scroll label={words.quarantine}>
          <table>
            <Heads of={HEADS} />
            <tbody>
              {data.quarantined.map((each) => (
                <Row key={each.id} message={each} onLook={() => setLooked(each.id)} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {looked === undefined ? null : (
        <Look id={looked} onClose={() => setLooked(undefined)} onReplayed={reload} />
      )}
    </Section>
  );
}

function Row({ message, onLook }: { readonly message: Quarantined; readonly onLook: () => void }) {
  return (
    <tr>
      <td class="nowrap">{zone.value.near(Date.parse(message.received_at), now.value)}</td>
      <td class="cut">{message.topic}</td>
      <td>{message.reason}</td>
      <td class="cut label">{message.detail}</td>
      <td class="number nowrap">{bytes(message.payload_bytes)}</td>
      <td class="number">
        <button type="button" class="btn" onClick={onLook}>
          {words.look}
        </button>
      </td>
    </tr>
  );
}

interface LookProps {
  readonly id: number;
  readonly onClose: () => void;
  readonly onReplayed: () => void;
}

function Look({ id, onClose, onReplayed }: LookProps) {
  const { data, problem, reload } = useQuery<QuarantinedMessageAnswer>(`/api/quarantine/${id}`);
  const [outcome, setOutcome] = useState<string>();
  const [deciding, setDeciding] = useState<"correct" | "dismiss">();
  const replay = async (): Promise<void> => {
    try {
      const answer = await send<ReplayQuarantinedAnswer>(`/api/quarantine/${id}/replay`, {});
      setOutcome(words.replayed(answer.outcome, answer.detail));
      onReplayed();
    } catch (error) {
      setOutcome(problemInWords(error));
    }
  };
  const decided = (told: string): void => {
    setDeciding(undefined);
    setOutcome(told);
    reload();
    onReplayed();
  };
  const correct = async (by: string, field: (name: string) => string): Promise<undefined> => {
    const body: CorrectQuarantinedBody = { by, why: field("reason"), payload: field("payload") };
    const topic = field("topic");
    const given = topic === message?.topic ? body : { ...body, topic };
    const { outcome, detail } = await send<CorrectQuarantinedAnswer>(`/api/quarantine/${id}/correct`, given);
    // What is still wrong is mended in the same form.
    if (outcome === "refused") throw new Error(words.replayed(outcome, detail));
    decided(words.replayed(outcome, detail));
  };
  const dismiss = async (by: string, field: (name: string) => string): Promise<undefined> => {
    const body: DismissQuarantinedBody = { by, why: field("reason") };
    const { dismissed } = await send<DismissQuarantinedAnswer>(`/api/quarantine/${id}/dismiss`, body);
    decided(dismissed ? words.dismissed : words.notOpen);
  };
  const message = data?.quarantined;
  const why = hindrance("quality");
  if (message !== undefined && deciding !== undefined) {
    return (
      <Modal title={`${words.message} ${id}`} onClose={onClose}>
        <p class="note">{deciding === "correct" ? words.correctNote : words.dismissNote}</p>
        <PersonForm
          button={deciding === "correct" ? words.correct : words.dismiss}
          onLeave={() => setDeciding(undefined)}
          onSubmit={deciding === "correct" ? correct : dismiss}
        >
          {deciding === "dismiss" ? null : (
            <>
              <label>
                {words.topic}
                <input class="field wide mono" name="topic" required defaultValue={message.topic} />
              </label>
              <label>
                {words.payload}
                <textarea class="field wide mono" name="payload" rows={8} required>
                  {message.payload_text}
                </textarea>
              </label>
            </>
          )}
          <Reason most={500} />
        </PersonForm>
      </Modal>
    );
  }
  const ways: readonly (readonly [word: string, take: () => void])[] = [
    [words.dismiss, () => setDeciding("dismiss")],
    [words.correct, () => setDeciding("correct")],
    [words.replay, () => void replay()],
  ];
  return (
    <Modal title={`${words.message} ${id}`} onClose={onClose}>
      <Failed problem={problem} onRetry={reload} />
      {message === undefined ? null : (
        <>
          <p class="mono">{message.topic}</p>
          <p>
            <span class="strong">{message.reason}</span> {message.detail}
          </p>
          <pre class="payload">{message.payload_text}</pre>
        </>
      )}
      <p role="status">{outcome}</p>
      <div class="actions">
        <button type="button" class="btn" onClick={onClose}>
          {words.close}
        </button>
        {ways.map(([word, take]) => (
          <button
            key={word}
            type="button"
            class={`btn${word === words.replay ? " primary" : ""}`}
            disabled={message === undefined || why !== undefined}
            title={why}
            onClick={take}
          >
            {word}
          </button>
        ))}
      </div>
    </Modal>
  );
}
