import { texts } from "../texts/en.ts";
import { loggedOut } from "./who.ts";

/** An answer that is an error (RFC 9457), in the words of whoever stands before the page. */
export class Problem extends Error {
  readonly status: number;
  /** What to do; empty where the message says it. */
  readonly todo: string;
  /** Code, values and hint as the API gave them: for whoever looks after the data center. */
  readonly technical: string;

  constructor(status: number, message: string, todo: string, technical: string) {
    super(message);
    this.status = status;
    this.todo = todo;
    this.technical = technical;
  }
}

/** The problem that an answer carries, whatever its form. */
export async function problemOf(response: Response): Promise<Problem> {
  if (response.status === 401) loggedOut();
  const said = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
  const code = text(said.code, `HTTP ${response.status}`);
  const detail = text(said.detail, text(said.title, response.statusText));
  const hint = text(said.hint, "");
  const technical = [`${code}: ${detail}`, hint].filter(Boolean).join("; ");
  // What is wrong with a question is in its values; what is wrong with the server is for somebody else.
  const { is = sentence(detail), todo = hint && sentence(hint) } =
    texts.problems[code] ?? (response.status < 500 ? texts.problem.ofQuestion : texts.problem.ofServer);
  return new Problem(response.status, is, todo, technical);
}

/** What went wrong, and what to do, on one line. */
export function problemInWords(error: unknown): string {
  if (error instanceof Problem) return [error.message, error.todo].filter(Boolean).join(" ");
  return error instanceof Error ? error.message : String(error);
}

/** What a request that failed on its way comes to. */
export function unreachable(cause: unknown): Problem {
  const { is, todo } = texts.problem.unreachable;
  return new Problem(0, is, todo, String(cause));
}

function sentence(detail: string): string {
  const text = detail.charAt(0).toUpperCase() + detail.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
