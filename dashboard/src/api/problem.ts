import { loggedOut } from "./who.ts";

/** An answer that is an error, as RFC 9457 says it, with the catalogue's code and hint. */
export class Problem extends Error {
  readonly status: number;
  /** `CONCHE_…`, or a word of the browser's where the server was not reached. */
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** The problem that an answer carries, whatever its form. */
export async function problemOf(response: Response): Promise<Problem> {
  if (response.status === 401) loggedOut();
  const said = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
  return new Problem(
    response.status,
    text(said.code, `HTTP ${response.status}`),
    text(said.detail, text(said.title, response.statusText)),
    text(said.hint, ""),
  );
}

/** What a request that failed on its way comes to. */
export function unreachable(cause: unknown): Problem {
  return new Problem(0, "UNREACHABLE", "The data center does not answer.", String(cause));
}
