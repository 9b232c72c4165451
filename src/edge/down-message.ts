import { type Command, CommandSchema } from "../contract/command.ts";
import { type Receipt, ReceiptSchema } from "../contract/receipt.ts";
import { DOWN_ROOT, downTopic, type MachineKey } from "../contract/topic.ts";
import { compile } from "../contract/validator.ts";
import { messageOf } from "../errors/conche-error.ts";
import type { DownGuard } from "./down-guard.ts";

/** What came down to a machine. */
export type DownMessage =
  | { readonly kind: "receipt"; readonly machine: MachineKey; readonly receipt: Receipt }
  | { readonly kind: "command"; readonly machine: MachineKey; readonly command: Command }
  /** What the broker had retained is taken away [MQTT-3.3.1-6]: the data center knows nothing of the machine. */
  | { readonly kind: "cleared"; readonly machine: MachineKey }
  | { readonly kind: "unreadable"; readonly machine: MachineKey; readonly detail: string }
  /** Nobody who is trusted has signed it, or it is a command that must not be carried out again. */
  | { readonly kind: "distrusted"; readonly machine: MachineKey; readonly detail: string };

/** The largest receipt or command looked at: a full receipt has some 10,000 bytes. */
const LARGEST_BYTES = 256 * 1024;

const receiptProblem = compile(ReceiptSchema);
const commandProblem = compile(CommandSchema);

/** The topics that a machine listens to. */
export function downTopics(machine: MachineKey): string[] {
  return [downTopic(machine, "receipt"), downTopic(machine, "command")];
}

/**
 * Reads a message of the data center. Never throws: what reaches a machine from a network may be anything.
 * @param guard what has to be signed, by whom; without it, whoever the broker lets speak is believed
 */
export function readDownMessage(topic: string, payload: Uint8Array, guard?: DownGuard): DownMessage {
  const kindAt = topic.lastIndexOf("/");
  const machine = topic.slice(DOWN_ROOT.length + 1, kindAt) as MachineKey;
  const unreadable = (detail: string): DownMessage => ({ kind: "unreadable", machine, detail });
  if (payload.length === 0) return { kind: "cleared", machine };
  if (payload.length > LARGEST_BYTES) return unreadable(`${payload.length} bytes on ${topic}`);
  const text = Buffer.from(payload).toString("utf8");
  const distrusted = (why: string | undefined): DownMessage | undefined =>
    why === undefined ? undefined : { kind: "distrusted", machine, detail: `on ${topic}: ${why}` };
  const forged = distrusted(guard?.distrust(topic, text));
  if (forged !== undefined) return forged;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable(`no JSON on ${topic}: ${messageOf(error)}`);
  }
  const kind = topic.slice(kindAt + 1);
  const problem = kind === "receipt" ? receiptProblem(value) : commandProblem(value);
  if (problem !== null) return unreadable(`on ${topic}: ${problem}`);
  if (kind === "receipt") return { kind, machine, receipt: value as Receipt };
  const command = value as Command;
  return distrusted(guard?.refusal(command)) ?? { kind: "command", machine, command };
}
