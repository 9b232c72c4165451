import { ConcheError } from "../../errors/conche-error.ts";
import { defineCommand } from "../command.ts";
import { PUBLISHING_ONLY } from "../command-options.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS } from "../desk-action.ts";
import { duration, personWords } from "../option-values.ts";
import { ALARM, act } from "./act.ts";

const OPTIONS = {
  ...ACTION_OPTIONS,
  for: { argument: "SPAN", help: "for so long, as 30m, 8h, 2d; 7 days at most", parse: duration("1m", "7d") },
  why: { argument: "TEXT", help: "the reason; it is said in the message", parse: personWords },
} as const;

/** `conche alarms shelve MACHINE ALARM` */
export const shelve = defineCommand({
  name: "shelve",
  summary: "silence an alarm for a time, with a reason",
  description:
    "Says, as a message of a desk, that the alarm is silenced for a time. It comes back by itself.",
  examples: [
    [
      "conche alarms shelve temper-01 temp_c.high --for 1h --why 'pump is being changed' --by a.trabelsi",
      "for an hour",
    ],
  ],
  arguments: ALARM,
  settings: ACTION_SETTINGS,
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  async run(invocation) {
    const { for: spanMs, why: reason } = invocation.options;
    if (spanMs === undefined || reason === undefined || reason.trim() === "") {
      throw new ConcheError("CONCHE_USAGE", {
        message: "an alarm is shelved for a time and with a reason",
        hint: "give both: --for 1h --why 'pump is being changed'",
      });
    }
    return act(invocation, invocation.options, { kind: "shelve", untilMs: Date.now() + spanMs, reason });
  },
});

/** `conche alarms unshelve MACHINE ALARM` */
export const unshelve = defineCommand({
  name: "unshelve",
  summary: "let a shelved alarm call again before its time is over",
  description: "Says, as a message of a desk, that the alarm is no longer silenced.",
  examples: [["conche alarms unshelve temper-01 temp_c.high --by a.trabelsi", "it calls again"]],
  arguments: ALARM,
  settings: ACTION_SETTINGS,
  only: PUBLISHING_ONLY,
  options: ACTION_OPTIONS,
  run: (invocation) => act(invocation, invocation.options, { kind: "unshelve" }),
});
