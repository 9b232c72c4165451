import { ConcheError } from "../../errors/conche-error.ts";
import { defineCommand } from "../command.ts";
import { PUBLISHING_ONLY } from "../command-options.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS } from "../desk-action.ts";
import { personWords } from "../option-values.ts";
import { ALARM, act } from "./act.ts";

const OPTIONS = {
  ...ACTION_OPTIONS,
  text: { argument: "TEXT", help: "what to say", parse: personWords },
} as const;

/** `conche alarms comment MACHINE ALARM` */
export const comment = defineCommand({
  name: "comment",
  summary: "say something about an alarm, for whoever looks next",
  description:
    "Says it as a message of a desk; the alarm stands as it did. `conche alarms show` has it among the alarm's events.",
  examples: [
    [
      "conche alarms comment temper-01 temp_c.high --text 'valve freed by hand' --by a.trabelsi",
      "what was found",
    ],
  ],
  arguments: ALARM,
  settings: ACTION_SETTINGS,
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  async run(invocation) {
    const { text } = invocation.options;
    if (text === undefined || text.trim() === "") {
      throw new ConcheError("CONCHE_USAGE", {
        message: "a comment says something",
        hint: "give it with --text 'valve freed by hand'",
      });
    }
    return act(invocation, invocation.options, { kind: "comment", comment: text });
  },
});
