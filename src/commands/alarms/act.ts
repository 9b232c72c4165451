import { type AlarmAction, alarmMessage } from "../../monitor/alarms/alarm-action.ts";
import { alarmEvents } from "../../monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import type { ArgumentDefinition, Invocation } from "../command.ts";
import { type DeskOptions, personOf, requireInLog, sayAtDesk } from "../desk-action.ts";
import { withView } from "../with-view.ts";
import { knownAlarm } from "./known-alarm.ts";

const NEWS = 20;

/** The arguments that name an alarm. */
export const ALARM: readonly ArgumentDefinition[] = [
  { name: "machine", help: "as temper-01, or <site>/<line>/<step>/<machine>" },
  { name: "alarm", help: "its id, as `conche alarms list` shows it" },
];

interface ActionOptions extends DeskOptions {
  readonly by: string | undefined;
  readonly seen: number | undefined;
}

/** Says what a person does with an alarm, as a message of a desk. */
export async function act(
  invocation: Pick<Invocation, "arguments" | "config" | "terminal">,
  options: ActionOptions,
  action: AlarmAction,
): Promise<number> {
  const { arguments: words, config, terminal } = invocation;
  const { machine = "", alarm = "" } = words;
  const by = personOf(options.by);
  return withView(config.data, terminal, ALARM_VIEW, (reading) => {
    const nowMs = Date.now();
    requireInLog(options.seen, config.data);
    const known = knownAlarm(reading, machine, alarm, nowMs);
    const events = alarmEvents(reading, known.machine, known.alarmId, NEWS);
    const body = alarmMessage(known, events, action, { by, seen: options.seen }, nowMs);
    const [site = "", line = ""] = known.machine.split("/");
    return sayAtDesk(invocation, options, { site, line }, "alarm", body);
  });
}
