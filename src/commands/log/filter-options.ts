import { LEVEL_PATTERN, MESSAGE_TYPES, type MessageType, STEP_PATTERN } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { LogFilter } from "../../log/log-reading.ts";
import { matching, oneOf } from "../option-values.ts";
import { SINCE_HELP, sinceOption, timeOption } from "./point-in-time.ts";

const level = matching(LEVEL_PATTERN, "a level of a topic: a-z, 0-9, - and _, at most 63");

/** The options by which messages of the log are chosen. */
export const FILTER_OPTIONS = {
  site: { argument: "SITE", help: "only this site, as tunis-01", parse: level },
  line: { argument: "LINE", help: "only this line, as line-a", parse: level },
  step: {
    argument: "STEP",
    help: "only this step, as s5_tempering",
    parse: matching(STEP_PATTERN, "a step such as s5_tempering"),
  },
  machine: { argument: "MACHINE", help: "only this machine, as temper-01", parse: level },
  type: {
    argument: "TYPE",
    help: `only this type: ${MESSAGE_TYPES.join(", ")}`,
    parse: oneOf(MESSAGE_TYPES),
  },
  batch: { argument: "BATCH", help: "only this batch, as B20260111-DA-0042" },
  since: {
    argument: "TIME",
    help: `from this event time on: ${SINCE_HELP}`,
    parse: sinceOption("until"),
  },
  until: { argument: "TIME", help: "before this event time, given in the same way", parse: timeOption },
  receivedSince: {
    argument: "TIME",
    help: "received from this time on, whatever the machine's clock said; given in the same way",
    parse: sinceOption("receivedUntil"),
  },
  receivedUntil: {
    argument: "TIME",
    help: "received before this time, given in the same way",
    parse: timeOption,
  },
} as const;

/** The values of those options; a command may have some of them. */
interface FilterValues {
  readonly site?: string | undefined;
  readonly line?: string | undefined;
  readonly step?: string | undefined;
  readonly machine?: string | undefined;
  readonly type?: MessageType | undefined;
  readonly batch?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly receivedSince?: number | undefined;
  readonly receivedUntil?: number | undefined;
}

/**
 * The filter that the options ask for.
 * @throws ConcheError CONCHE_USAGE when no message could ever fit
 */
export function filterOf(values: FilterValues): LogFilter {
  const { site, line, step, machine, type, batch, since, until, receivedSince, receivedUntil } = values;
  requireOrder("since", since, "until", until);
  requireOrder("received-since", receivedSince, "received-until", receivedUntil);
  const times = {
    sinceMs: since,
    untilMs: until,
    receivedSinceMs: receivedSince,
    receivedUntilMs: receivedUntil,
  };
  return { site, line, step, machine, type, batchId: batch, ...times };
}

function requireOrder(from: string, since: number | undefined, to: string, until: number | undefined): void {
  if (since === undefined || until === undefined || since < until) return;
  throw new ConcheError("CONCHE_USAGE", {
    message: `--${from} (${new Date(since).toISOString()}) must be before --${to} (${new Date(until).toISOString()})`,
    hint: `\`--${from} 2h --${to} 1h\` is the hour before the last one`,
  });
}
