import { person, who } from "../api/who.ts";
import { texts } from "../texts/en.ts";

/** In whose name a form acts: the login's, or a name that is typed where nobody has to log in. */
export function PersonField() {
  if (who.value.state === "in") {
    return (
      <p class="label">
        {texts.login.signed} <b>{person.value}</b>
        <input type="hidden" name="by" value={person.value} />
      </p>
    );
  }
  return (
    <label>
      {texts.actions.name}
      {/* the default: it is there again when the form is emptied for the next one */}
      <input
        class="field"
        name="by"
        required
        maxLength={80}
        autoComplete="name"
        defaultValue={person.value}
      />
    </label>
  );
}
