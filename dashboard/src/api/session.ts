import { problemOf, unreachable } from "./problem.ts";
import { loggedOut, provider, type Role, who } from "./who.ts";

const PATH = "/api/session";
/** No page of another server can send this. */
export const ACTING = { "x-conche-request": "1" };
/** The server may be starting. */
const RETRY_MS = 2_000;
/** What an address may carry: `/#code=…` logs in once. It stays in the browser, and in no server's log. */
const CODE = /^#code=([\w-]{1,200})$/;
/** Why logging in with the identity provider came to nothing: `/#login-problem=CODE`, as the server led here. */
const LOGIN_PROBLEM = /^#login-problem=([A-Z_]{1,80})$/;

interface SessionAnswer {
  readonly login: "required" | "none";
  readonly name: string | null;
  /** Null where nobody has logged in. */
  readonly role: Role | null;
  readonly ends_at: string | null;
  /** The identity provider that people can log in with. */
  readonly provider: string | null;
}

/** Finds out who is here: by the address that was opened, the browser's session, or nobody has to be. */
export async function findOut(): Promise<void> {
  const [, code] = CODE.exec(location.hash) ?? [];
  if (code !== undefined) {
    // It is good once: neither the history nor a bookmark shall have it.
    history.replaceState(null, "", location.pathname + location.search);
    try {
      await begin({ code });
      return;
    } catch {
      // Used before, or out of time: the session that it began may stand.
    }
  }
  const [, problem] = LOGIN_PROBLEM.exec(location.hash) ?? [];
  if (problem !== undefined) {
    // Loading the page anew must not say it again.
    history.replaceState(null, "", location.pathname + location.search);
    provider.value = { ...provider.value, problem };
  }
  try {
    take(await ask("GET"));
  } catch {
    setTimeout(() => void findOut(), RETRY_MS);
  }
}

/** Logs in with a token. @throws Problem */
export function logIn(token: string): Promise<void> {
  return begin({ token });
}

/** Where the identity provider is asked who is here; it leads back to the page that is open. */
export function providerLogin(): string {
  return `${PATH}/oidc?to=${encodeURIComponent(location.pathname + location.search)}`;
}

/**
 * Ends the session, here and at the server; without an answer it ends there by itself. Whoever came by the identity
 * provider leaves that, too: otherwise one click would let in whoever sits here next.
 */
export async function logOut(): Promise<void> {
  const answer = await ask("DELETE").catch(() => undefined);
  who.value = { state: "out", ended: false };
  if (answer !== undefined && "leave_at" in answer) location.assign(answer.leave_at);
}

async function begin(given: object): Promise<void> {
  take(await ask("POST", given));
}

function take(answer: Answer | undefined): void {
  if (answer === undefined || "leave_at" in answer || answer.login === "none") {
    who.value = { state: "open" };
    return;
  }
  const { name, role, ends_at } = answer;
  provider.value = { ...provider.value, name: answer.provider ?? undefined };
  if (name === null || role === null) loggedOut();
  else who.value = { state: "in", name, role, endsMs: ends_at === null ? undefined : Date.parse(ends_at) };
}

type Answer = SessionAnswer | { readonly leave_at: string };

/** @throws Problem */
async function ask(method: string, body?: object): Promise<Answer | undefined> {
  let response: Response;
  try {
    response = await fetch(PATH, {
      method,
      headers: {
        accept: "application/json",
        ...ACTING,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  } catch (error) {
    throw unreachable(error);
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? undefined : ((await response.json()) as Answer);
}
