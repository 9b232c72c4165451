import { defineCommand } from "../command.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS, ALARM, act } from "./act.ts";

/** `conche alarms unshelve MACHINE ALARM` */
export const unshelve = defineCommand({
  name: "unshelve",
  summary: "let a shelved alarm call again before its time is over",
  description: "Says, as a message of a desk, that the alarm is no longer silenced.",
  examples: [["conche alarms unshelve temper-01 temp_c.high --by a.trabelsi", "it calls again"]],
  arguments: ALARM,
  settings: ACTION_SETTINGS,
  options: ACTION_OPTIONS,
  run: (invocation) => act(invocation, invocation.options, { kind: "unshelve" }),
});
