import { ConcheError } from "../../errors/conche-error.ts";
import type { WhoAndWhy } from "../../log/replay-log.ts";

/** Longer is no reason but a report. */
const LONGEST = 500;

/** The options of everything that a person decides about a quarantined message. */
export const DECISION_OPTIONS = {
  by: { argument: "NAME", help: "the person who decides it; kept with the message", parse: said },
  why: { argument: "TEXT", help: "the reason, in a sentence; kept with the message", parse: said },
} as const;

/**
 * Who decides, and why: nothing is decided without both.
 * @throws ConcheError CONCHE_USAGE
 */
export function whoAndWhy({ by, why }: { by: string | undefined; why: string | undefined }): WhoAndWhy {
  if (by !== undefined && why !== undefined) return { by, why };
  throw new ConcheError("CONCHE_USAGE", {
    message: "who decides it, and why, stays with the message",
    hint: 'say both: --by "Amel Trabelsi" --why "decimal comma of the new panel"',
  });
}

function said(text: string): string {
  const trimmed = text.trim();
  if (trimmed !== "" && trimmed.length <= LONGEST) return trimmed;
  throw new Error(`must be 1 to ${LONGEST} characters`);
}
