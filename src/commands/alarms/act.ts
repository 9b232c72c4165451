import { join } from "node:path";
import { jsonLine } from "../../adapters/terminal/json-line.ts";
import { LEVEL_PATTERN } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { type AlarmAction, alarmMessage } from "../../monitor/alarms/alarm-action.ts";
import { alarmEvents } from "../../monitor/alarms/alarm-list.ts";
import { ALARM_VIEW } from "../../monitor/alarms/alarm-view.ts";
import { PublishingDesk } from "../../run/desk.ts";
import type { ArgumentDefinition, Invocation } from "../command.ts";
import { duration, matching, wholeNumber } from "../option-values.ts";
import { withView } from "../with-view.ts";
import { knownAlarm } from "./known-alarm.ts";

const NEWS = 20;

/** The arguments that name an alarm. */
export const ALARM: readonly ArgumentDefinition[] = [
  { name: "machine", help: "as temper-01, or <site>/<line>/<step>/<machine>" },
  { name: "alarm", help: "its id, as `conche alarms list` shows it" },
];

/** The options of everything that a person does with an alarm. */
export const ACTION_OPTIONS = {
  by: { argument: "NAME", help: "the person who does it; it is said in the message" },
  seen: {
    argument: "ID",
    help: "the number under `seen` in the list: refused when something has happened since",
    parse: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  desk: {
    argument: "NAME",
    help: "the desk that says it; shell unless given",
    parse: matching(LEVEL_PATTERN, "a level of a topic: a-z, 0-9, - and _, at most 63"),
  },
  wait: {
    argument: "SPAN",
    help: "wait so long until the log has it; 10s unless given",
    parse: duration("1s", "10m"),
  },
} as const;

/** The settings of everything that a person does with an alarm. */
export const ACTION_SETTINGS = ["data", "outbox", "mqtt", "broker", "signing"] as const;

const WAIT_MS = 10_000;
/** Not the data center's own: two processes can't have one outbox open. */
const OUTBOX = "shell-outbox";

interface ActionOptions {
  readonly by: string | undefined;
  readonly seen: number | undefined;
  readonly desk: string | undefined;
  readonly wait: number | undefined;
}

/** Publishes an action as a message of a desk, waits until the log has it, and says its number. */
export async function act(
  {
    arguments: { machine = "", alarm = "" },
    config,
    terminal,
  }: Pick<Invocation, "arguments" | "config" | "terminal">,
  { by, seen, desk: name = "shell", wait = WAIT_MS }: ActionOptions,
  action: AlarmAction,
): Promise<number> {
  if (by === undefined) {
    throw new ConcheError("CONCHE_USAGE", {
      message: "an action names the person who does it",
      hint: "add --by NAME, as --by a.trabelsi",
    });
  }
  return withView(config.data, terminal, ALARM_VIEW, async (reading) => {
    const nowMs = Date.now();
    const known = knownAlarm(reading, machine, alarm, nowMs);
    const events = alarmEvents(reading, known.machine, known.alarmId, NEWS);
    const body = alarmMessage(known, events, action, { by, seen }, nowMs);
    const url = config.broker.url ?? `mqtt://${config.mqtt.host}:${config.mqtt.port}`;
    const desk = await PublishingDesk.open(config, {
      name,
      url,
      outbox: config.outbox ?? join(config.data, OUTBOX),
    });
    try {
      const [site = "", line = ""] = known.machine.split("/");
      const said = await desk.publish({ site, line }, "alarm", body);
      const stored = await within(desk.drained(), wait);
      if (config.json) terminal.out.write(`${jsonLine({ ...said, event: body.event, stored })}\n`);
      else {
        const where = stored ? "the log has it" : "it waits in the outbox until a data center confirms it";
        terminal.out.write(
          `${body.event}: number ${said.seq} of ${said.machine}, boot ${said.boot}; ${where}\n`,
        );
      }
      return stored ? 0 : 1;
    } finally {
      await desk.close();
    }
  });
}

async function within(done: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  done.then(
    () => resolve(true),
    () => resolve(false),
  );
  const inTime = await promise;
  clearTimeout(timer);
  return inTime;
}
