import { defineCommand } from "../command.ts";
import { PUBLISHING_ONLY } from "../command-options.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS } from "../desk-action.ts";
import { personWords } from "../option-values.ts";
import { ALARM, act } from "./act.ts";

const OPTIONS = {
  ...ACTION_OPTIONS,
  comment: { argument: "TEXT", help: "what the person adds", parse: personWords },
} as const;

/** `conche alarms ack MACHINE ALARM` */
export const ack = defineCommand({
  name: "ack",
  summary: "acknowledge an alarm",
  description:
    "Says, as a message of a desk, that somebody has seen the alarm and takes it on. Goes for every occurrence up to the\n" +
    "newest one. Waits until the log has the message; exits with 1 when it only waits in the outbox.",
  examples: [
    ["conche alarms ack temper-01 temp_c.high --by a.trabelsi", "seen"],
    [
      "conche alarms ack temper-01 temp_c.high --by a.trabelsi --seen 4822",
      "only if nothing has happened since",
    ],
  ],
  arguments: ALARM,
  settings: ACTION_SETTINGS,
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  run: (invocation) =>
    act(invocation, invocation.options, { kind: "acknowledge", comment: invocation.options.comment }),
});
