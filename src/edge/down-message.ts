import { type Command, CommandSchema } from "../contract/command.ts";
import { type Receipt, ReceiptSchema } from "../contract/receipt.ts";
import { DOWN_ROOT, downTopic, type MachineKey } from "../contract/topic.ts";
import { compile } from "../contract/validator.ts";
import { messageOf } from "../errors/conche-error.ts";

/** What came down to a machine. */
export type DownMessage =
  | { readonly kind: "receipt"; readonly machine: MachineKey; readonly receipt: Receipt }
  | { readonly kind: "command"; readonly machine: MachineKey; readonly command: Command }
  /** What the broker had retained is taken away [MQTT-3.3.1-6]: the data center knows nothing of the machine. */
  | { readonly kind: "cleared"; readonly machine: MachineKey }
  | { readonly kind: "unreadable"; readonly machine: MachineKey; readonly detail: string };

/** The largest receipt or command looked at: a full receipt has some 10,000 bytes. */
const LARGEST_BYTES = 256 * 1024;

const receiptProblem = compile(ReceiptSchema);
const commandProblem = compile(CommandSchema);

/** The topics that a machine listens to. */
export function downTopics(machine: MachineKey): string[] {
  return [downTopic(machine, "receipt"), downTopic(machine, "command")];
}

/** Reads a message of the data center. Never throws: what reaches a machine from a network may be anything. */
export function readDownMessage(topic: string, payload: Uint8Array): DownMessage {
  const kindAt = topic.lastIndexOf("/");
  const machine = topic.slice(DOWN_ROOT.length + 1, kindAt) as MachineKey;
  const unreadable = (detail: string): DownMessage => ({ kind: "unreadable", machine, detail });
  if (payload.length === 0) return { kind: "cleared", machine };
  if (payload.length > LARGEST_BYTES) return unreadable(`${payload.length} bytes on ${topic}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch (error) {
    return unreadable(`no JSON on ${topic}: ${messageOf(error)}`);
  }
  const kind = topic.slice(kindAt + 1);
  const problem = kind === "receipt" ? receiptProblem(value) : commandProblem(value);
  if (problem !== null) return unreadable(`on ${topic}: ${problem}`);
  return kind === "receipt"
    ? { kind, machine, receipt: value as Receipt }
    : { kind: "command", machine, command: value as Command };
}
