import { ConcheError } from "../../errors/conche-error.ts";
import type { QuarantineFilter } from "../../log/quarantine-reading.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../../log/quarantine-reason.ts";
import type { WhoAndWhy } from "../../log/replay-log.ts";
import { requireKnown } from "../known-names.ts";
import { SINCE_HELP, sinceOption, timeOption } from "../log/point-in-time.ts";
import { oneOf, personName, personWords, wholeNumber } from "../option-values.ts";
import { withQuarantine } from "../with-log.ts";

/** Every reason, for help texts and options. */
export const REASONS = Object.keys(QUARANTINE_REASONS) as QuarantineReason[];

/** By what quarantined messages are chosen, wherever several can be meant. */
export const FILTER_OPTIONS = {
  reason: { argument: "REASON", help: "only this reason", parse: oneOf(REASONS) },
  machine: { argument: "MACHINE", help: "only this machine: its name, or <site>/<line>/<step>/<machine>" },
  since: { argument: "TIME", help: `received from this time on: ${SINCE_HELP}`, parse: sinceOption("until") },
  until: { argument: "TIME", help: "received before this time", parse: timeOption },
  text: { argument: "TEXT", help: "only where topic or detail contain it" },
} as const;

interface FilterValues {
  readonly reason?: QuarantineReason | undefined;
  readonly machine?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly text?: string | undefined;
}

/** The filter that the options ask for. */
export function filterOf({ reason, machine, since, until, text }: FilterValues): QuarantineFilter {
  return { reason, machine, sinceMs: since, untilMs: until, text };
}

/**
 * Nothing in quarantine must not be a machine that was mistyped; one that only the quarantine has heard of is none.
 * @throws ConcheError CONCHE_USAGE
 */
export async function requireMachine(
  { machine }: Pick<FilterValues, "machine">,
  config: { readonly data: string; readonly plant: string },
): Promise<void> {
  if (machine === undefined) return;
  const heard = await withQuarantine(
    config.data,
    async (quarantine) => [...quarantine.list({ machine, state: "all", limit: 1 })].length > 0,
  );
  if (heard) return;
  const [name, step, line, site] = machine.split("/").reverse();
  await requireKnown({ site, line, step, machine: name }, config);
}

/** Which messages are meant, in words. */
export function whichInWords(values: FilterValues): string {
  const given = Object.entries(filterOf(values)).filter(([, value]) => value !== undefined);
  return given.length === 0 ? "everything open" : given.map(([name, value]) => `${name} ${value}`).join(", ");
}

/** Whether any of them was given. */
export function narrowed(values: FilterValues): boolean {
  return Object.values(filterOf(values)).some((value) => value !== undefined);
}

/** The argument of commands about one quarantined message. */
export const MESSAGE_ID = { name: "id", help: "its number, as `conche quarantine list` shows it" } as const;

/**
 * The number of a quarantined message.
 * @throws ConcheError CONCHE_USAGE
 */
export function messageId(text: string): number {
  try {
    return wholeNumber(1, Number.MAX_SAFE_INTEGER)(text);
  } catch (cause) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `'${text}' is not the number of a quarantined message`,
      hint: "`conche quarantine list` shows them",
      cause,
    });
  }
}

/** Longer is no reason but a report. */
const LONGEST = 500;

/** The options of everything that a person decides about a quarantined message. */
export const DECISION_OPTIONS = {
  by: { argument: "NAME", help: "the person who decides it; kept with the message", parse: said(personName) },
  why: {
    argument: "TEXT",
    help: "the reason, in a sentence; kept with the message",
    parse: said(personWords),
  },
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

function said(parse: (text: string) => string): (text: string) => string {
  return (text) => {
    const trimmed = text.trim();
    if (trimmed !== "" && trimmed.length <= LONGEST) return parse(trimmed);
    throw new Error(`must be 1 to ${LONGEST} characters`);
  };
}
