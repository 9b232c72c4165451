import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../api/problem.ts";
import { logIn, providerLogin } from "../api/session.ts";
import { provider, who } from "../api/who.ts";
import { toggleTheme } from "../app/preferences.ts";
import { texts } from "../texts/en.ts";

const words = texts.login;

/** Who are you? Asked before anything of the plant is shown. */
export function LoginPage() {
  const field = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const is = who.value;
  const ended = is.state === "out" && is.ended;
  const { name, problem: came } = provider.value;
  const start = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    document.title = `${words.title} · ${texts.brand}`;
    (start.current ?? field.current)?.focus();
  }, []);
  useEffect(() => field.current?.setAttribute("type", shown ? "text" : "password"), [shown]);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (token === "") {
      setProblem(words.empty);
      field.current?.focus();
      return;
    }
    setPending(true);
    setProblem(undefined);
    try {
      await logIn(token);
    } catch (error) {
      setProblem(error instanceof Problem ? wordsOf(error) : String(error));
      setPending(false);
      field.current?.select();
    }
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p class="login-brand">{texts.brand}</p>
        <h1>{words.title}</h1>
        <p class="label">{ended ? words.ended : words.where(location.host)}</p>
        {came === undefined ? null : (
          <p class="login-problem login-came" role="alert">
            <span class="high">{words.provider[came] ?? words.providerOther}</span>
          </p>
        )}
        {name === undefined ? null : (
          <>
            <a ref={start} class="btn primary login-submit login-provider" href={providerLogin()}>
              {words.with(name)}
            </a>
            <p class="login-or label">{words.or}</p>
          </>
        )}
        {/* For whoever keeps passwords: which of them this is. */}
        <input
          class="visually-hidden"
          autoComplete="username"
          value={location.host}
          tabIndex={-1}
          readOnly
          aria-hidden="true"
        />
        <label for="token">{words.token}</label>
        <div class="login-field">
          <input
            id="token"
            ref={field}
            class={`field mono${problem === undefined ? "" : " wrong"}`}
            type="password"
            autoComplete="current-password"
            autoCapitalize="off"
            spellcheck={false}
            maxLength={300}
            aria-invalid={problem === undefined ? undefined : "true"}
            aria-describedby={problem === undefined ? "token-note" : "token-problem token-note"}
          />
          <button type="button" class="btn" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {words.show}
          </button>
        </div>
        <p id="token-problem" class="login-problem" role="alert">
          {problem === undefined ? null : <span class="high">{problem}</span>}
        </p>
        <button
          type="submit"
          class={`btn login-submit${name === undefined ? " primary" : ""}`}
          disabled={pending}
        >
          {pending ? words.pending : name === undefined ? words.submit : words.submitToken}
        </button>
        <p id="token-note" class="label small">
          {words.note} <code class="mono">{words.command}</code>
        </p>
      </form>
      <button
        type="button"
        class="login-theme"
        title={texts.strip.theme}
        aria-label={texts.strip.theme}
        onClick={toggleTheme}
      >
        ◐
      </button>
    </main>
  );
}

/** What went wrong, as somebody in front of the page can use it. */
function wordsOf({ status, message, technical }: Problem): string {
  if (status === 0) return words.unreachable;
  if (status === 429) return words.tooMany;
  if (status !== 401) return message;
  return /revoked/.test(technical) ? words.revoked : /expired/.test(technical) ? words.expired : words.wrong;
}
