import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { cannotAct } from "../api/live.ts";
import { problemInWords } from "../api/problem.ts";
import { keepName, lacking, type Role } from "../api/who.ts";
import { texts } from "../texts/en.ts";
import { PersonField } from "./person-field.tsx";

const words = texts.actions;

/** Why nobody, or whoever is here, can do now what needs a role; undefined where it can be done. */
export function hindrance(role: Role): string | undefined {
  return cannotAct.value ? texts.states.cannotAct : lacking(role);
}

interface PersonFormProps {
  /** What is asked beside the name; a field is found by its name. */
  readonly children?: ComponentChildren;
  readonly button: string;
  readonly leave?: string;
  /** Whose it is to do, where the form is there for everybody. */
  readonly needs?: Role;
  readonly onLeave: () => void;
  /** Does it. What it throws is shown to whoever asked; what it has to say takes the place of the form. */
  readonly onSubmit: (by: string, field: (name: string) => string) => Promise<string | undefined>;
}

/**
 * What a person does in their own name: who, what else is to be said, and how it went. The name is
 * remembered and comes last, as a signature does. */
export function PersonForm({
  children,
  button,
  leave = words.cancel,
  needs = "viewer",
  onLeave,
  onSubmit,
}: PersonFormProps) {
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [note, setNote] = useState<string>();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const field = (name: string) => String(given.get(name) ?? "").trim();
    const by = field("by");
    if (by === "") return;
    keepName(by);
    setPending(true);
    setRefused(undefined);
    try {
      setNote(await onSubmit(by, field));
      form.reset();
    } catch (error) {
      setRefused(problemInWords(error));
    } finally {
      setPending(false);
    }
  };
  // What waits is asked for: the same form again would be taken for one that has yet to be sent.
  if (note !== undefined) {
    return (
      <form onSubmit={(event) => event.preventDefault()}>
        <p class="strong" role="status">
          {note}
        </p>
        <div class="actions">
          <button type="button" class="btn primary" onClick={onLeave}>
            {words.close}
          </button>
        </div>
      </form>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      <PersonField />
      {refused === undefined ? null : (
        <p class="high" role="alert">
          {refused}
        </p>
      )}
      <div class="actions">
        <button type="button" class="btn" onClick={onLeave}>
          {leave}
        </button>
        <button
          type="submit"
          class="btn primary"
          disabled={pending || hindrance(needs) !== undefined}
          title={hindrance(needs)}
        >
          {pending ? words.pending : button}
        </button>
      </div>
    </form>
  );
}

interface ReasonProps {
  readonly value?: string;
  readonly most: number;
}

/** Why it is done. */
export function Reason({ value = "", most }: ReasonProps) {
  return (
    <label>
      {words.reason}
      <input class="field" name="reason" required maxLength={most} defaultValue={value} />
    </label>
  );
}
