import { jsonLine } from "../adapters/terminal/json-line.ts";
import { sanitizeBlock, sanitizeLine } from "../adapters/terminal/sanitize.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";

/** Exit codes: 0 done, 1 failed, 2 the words don't fit, 70 a defect (EX_SOFTWARE of sysexits). */
export const EXIT_FAILED = 1;
/** The words on the command line don't fit. */
export const EXIT_USAGE = 2;
/** A defect of Conche itself (EX_SOFTWARE of sysexits). */
export const EXIT_INTERNAL = 70;

/** Anything thrown as an error with a code: what nobody foresaw is a defect. */
export function asConcheError(thrown: unknown): ConcheError {
  if (thrown instanceof ConcheError) return thrown;
  return new ConcheError("CONCHE_INTERNAL", { message: messageOf(thrown), cause: thrown });
}

/** The exit code that an error ends a command with. */
export function exitCodeOf(error: ConcheError): number {
  if (error.code === "CONCHE_USAGE") return EXIT_USAGE;
  return error.code === "CONCHE_INTERNAL" ? EXIT_INTERNAL : EXIT_FAILED;
}

/** The error as people (or with `json`, programs) read it, with a line end. */
export function errorReport(error: ConcheError, json: boolean, debug: boolean): string {
  const { code, message, lines, hint, retryable } = error;
  if (json) {
    const stack = debug ? { stack: stackWithCauses(error) } : {};
    return `${jsonLine({ error: { code, message, hint, retryable, ...stack } })}\n`;
  }
  const stack = debug ? `\n${stackWithCauses(error)}` : "";
  // What they quote came from machines and files: only the program itself begins a line.
  const said = lines.map(sanitizeLine).join("\n");
  return `conche: ${code}: ${said}\n  what to do: ${sanitizeLine(hint)}${sanitizeBlock(stack)}\n`;
}

function stackWithCauses(error: Error): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at !== undefined && stacks.length < 10; ) {
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : String(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return stacks.join("\ncaused by: ");
}
