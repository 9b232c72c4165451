import type { QuarantineFilter } from "../../log/quarantine-reading.ts";
import { QUARANTINE_REASONS, type QuarantineReason } from "../../log/quarantine-reason.ts";
import { TIME_HELP, timeOption } from "../log/point-in-time.ts";
import { oneOf } from "../option-values.ts";

/** Every reason, for help texts and options. */
export const REASONS = Object.keys(QUARANTINE_REASONS) as QuarantineReason[];

/** By what quarantined messages are chosen, wherever several can be meant. */
export const FILTER_OPTIONS = {
  reason: { argument: "REASON", help: "only this reason", parse: oneOf(REASONS) },
  machine: { argument: "MACHINE", help: "only this machine: its name, or <site>/<line>/<step>/<machine>" },
  since: { argument: "TIME", help: `received from this time on: ${TIME_HELP}`, parse: timeOption },
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

/** Whether any of them was given. */
export function narrowed(values: FilterValues): boolean {
  return Object.values(filterOf(values)).some((value) => value !== undefined);
}
