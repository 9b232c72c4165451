import { problemOf, unreachable } from "./problem.ts";
import { loggedOut, type Role, who } from "./who.ts";

const PATH = "/api/session";
/** No page of another server can send this. */
export const ACTING = { "x-conche-request": "1" };
/** The server may be starting. */
const RETRY_MS = 2_000;
/** What an address may carry: `/#code=…` logs in once. It stays in the browser, and in no server's log. */
const CODE = /^#code=([\w-]{1,200})$/;

interface SessionAnswer {
  readonly login: "required" | "none";
  readonly name: string | null;
  /** Null where nobody has logged in. */
  readonly role: Role | null;
  readonly ends_at: string | null;
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

/** Ends the session, here and at the server; without an answer it ends there by itself. */
export async function logOut(): Promise<void> {
  await ask("DELETE").catch(() => {});
  who.value = { state: "out", ended: false };
}

async function begin(given: object): Promise<void> {
  take(await ask("POST", given));
}

function take(answer: SessionAnswer | undefined): void {
  if (answer === undefined || answer.login === "none") {
    who.value = { state: "open" };
    return;
  }
  const { name, role, ends_at } = answer;
  if (name === null || role === null) loggedOut();
  else who.value = { state: "in", name, role, endsMs: ends_at === null ? undefined : Date.parse(ends_at) };
}

/** @throws Problem */
async function ask(method: string, body?: object): Promise<SessionAnswer | undefined> {
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
  return response.status === 204 ? undefined : ((await response.json()) as SessionAnswer);
}
