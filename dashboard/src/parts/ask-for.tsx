import { useState } from "preact/hooks";
import { texts } from "../texts/en.ts";

interface AskForProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value?: string;
  readonly button: string;
  readonly onAsk: (id: string) => void;
}

/** A field for what stands on a label, and what happens with it: typed, or scanned (a scanner ends with Enter). */
export function AskFor({
  label,
  placeholder = texts.trace.placeholder,
  value = "",
  button,
  onAsk,
}: AskForProps) {
  const [typed, setTyped] = useState(value);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (typed.trim() !== "") onAsk(typed.trim());
  };
  return (
    <form class="ask-for" onSubmit={submit}>
      <label>
        <span class="label">{label}</span>
        <input
          class="field"
          value={typed}
          placeholder={placeholder}
          maxLength={400}
          spellcheck={false}
          autoComplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="btn">
        {button}
      </button>
    </form>
  );
}
