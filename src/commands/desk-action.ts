import { jsonLine } from "../adapters/terminal/json-line.ts";
import { sanitizeLine } from "../adapters/terminal/sanitize.ts";
import type { DeskPlace } from "../api/desk.ts";
import { LEVEL_PATTERN, type MessageType } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { PublishingDesk, shellOutbox } from "../run/desk.ts";
import { within } from "../run/wait.ts";
import type { Invocation } from "./command.ts";
import { duration, matching, personName, wholeNumber } from "./option-values.ts";
import { logEnd } from "./with-view.ts";

/** The options of everything that a person does from a shell. */
export const ACTION_OPTIONS = {
  by: { argument: "NAME", help: "the person who does it; it is said in the message", parse: personName },
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

/** The settings of everything that a person does from a shell. */
export const ACTION_SETTINGS = ["data", "outbox", "mqtt", "broker", "signing"] as const;

const WAIT_MS = 10_000;

/** What an action is said with. */
export interface DeskOptions {
  readonly desk: string | undefined;
  readonly wait: number | undefined;
}

/** Who acts. @throws ConcheError CONCHE_USAGE where nobody is named */
export function personOf(by: string | undefined): string {
  if (by !== undefined && by.trim() !== "") return by.trim();
  throw new ConcheError("CONCHE_USAGE", {
    message: "an action names the person who does it",
    hint: "add --by NAME, as --by a.trabelsi",
  });
}

/** Nobody can have seen what isn't in the log. @throws ConcheError CONCHE_USAGE */
export function requireInLog(seen: number | undefined, folder: string): void {
  const newest = logEnd(folder);
  if (seen === undefined || newest === 0 || seen <= newest) return;
  throw new ConcheError("CONCHE_USAGE", {
    message: `--seen ${seen}: the newest message of the log is ${newest}, so nobody can have seen that one`,
    hint: "give the number under `seen` in the list that the person has looked at",
  });
}

/**
 * Publishes an action as a message of a desk, waits until the log has it, and says its number. Gives the exit code: 1
 * when it only waits in the outbox.
 * @param beside what a program is told beside the message's number
 */
export async function sayAtDesk(
  { config, terminal }: Pick<Invocation, "config" | "terminal">,
  { desk: name = "shell", wait = WAIT_MS }: DeskOptions,
  place: DeskPlace,
  type: MessageType,
  body: Readonly<Record<string, unknown>> & { readonly event: string },
  beside: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const url = config.broker.url ?? `mqtt://${config.mqtt.host}:${config.mqtt.port}`;
  const outbox = config.outbox ?? shellOutbox(config.data);
  const desk = await PublishingDesk.open(config, { name, url, outbox });
  try {
    const { machine, boot, seq } = await desk.publish(place, type, body);
    const stored = await within(desk.drained(), wait);
    if (config.json) {
      const said = { machine, boot, seq, event: body.event, ...beside, stored };
      terminal.out.write(`${jsonLine({ ...said, broker: desk.address })}\n`);
    } else {
      const what = sanitizeLine([body.event, ...Object.values(beside)].join(" "));
      const which = `number ${seq} of ${machine}, boot ${boot}`;
      // Nothing is done before the log has it: a word that says otherwise must not come first.
      if (stored) terminal.out.write(`${what}: ${which}; the log has it\n`);
      else terminal.out.write(`${notDone(what, which, desk, config)}\n`);
    }
    return stored ? 0 : 1;
  } finally {
    await desk.close();
  }
}

/** That nobody has confirmed it, where it was tried, and what sends it. */
function notDone(
  what: string,
  which: string,
  desk: PublishingDesk,
  { outbox }: Invocation["config"],
): string {
  const { unreachable } = desk.status();
  const why = sanitizeLine(unreachable === null ? "no data center has confirmed it" : unreachable.why);
  const same = outbox === null ? "" : " with the same --outbox";
  const start =
    outbox === null ? "`conche up` or `conche datacenter` when it starts on this --data, or by " : "";
  return [
    `not done yet: ${what} waits in the outbox (${which})`,
    `  tried at ${desk.address}: ${why}; another address: --mqtt-port PORT, --mqtt-host HOST or --broker URL`,
    `  it is sent by ${start}the next action of \`conche holds\` or \`conche alarms\`${same}; do not say it again`,
  ].join("\n");
}
