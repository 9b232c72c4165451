import type { EdgeMachine, Identity, MessageType } from "../../../src/index.ts";
import { contentHash, type Intent, sha256 } from "./ledger.ts";

/** A message, what the ledger says of it, and how it is handed over. */
export interface PreparedMessage {
  readonly intent: Intent;
  readonly handOver: () => Promise<Identity>;
}

/** Words of a random length, so that rows end anywhere in a page. */
function remark(token: string, random: () => number): string {
  return `${token} ${"x".repeat(Math.floor(random() ** 3 * 480))}`;
}

/** A version 2 message that the library numbers. */
export function libraryMessage(machine: EdgeMachine, token: string, random: () => number): PreparedMessage {
  const ts = new Date().toISOString();
  const draw = random();
  const intent = (type: MessageType, body: Readonly<Record<string, unknown>>): Intent => ({
    token,
    machine: machine.key,
    type,
    boot: null,
    seq: null,
    sha256: contentHash(body),
    hashed: "content",
    belongs: "log",
    durable: type !== "telemetry",
  });
  if (draw < 0.4) {
    const body = { ts, tags: { temp_c: Math.round(random() * 1e6) / 1e4, remark: remark(token, random) } };
    return { intent: intent("telemetry", body), handOver: () => machine.publish("telemetry", body) };
  }
  if (draw < 0.45) {
    const body = { ts, state: "Execute", mode: "Production", by: token } as const;
    return { intent: intent("state", body), handOver: () => machine.publish("state", body) };
  }
  const comment = remark(token, random);
  const body = { ts, alarm_id: "torture", event: "acknowledged", by: "torture", comment } as const;
  return { intent: intent("alarm", body), handOver: () => machine.publish("alarm", body) };
}

/** What a machine says that knows nothing of versions and numbers; its bytes must stay as they are. */
export interface VersionOneMessage {
  readonly type: MessageType;
  readonly payload: string;
  readonly belongs: Intent["belongs"];
}

const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };

/** @param broken the share of messages that no schema takes, and that belong into quarantine */
export function versionOneMessage(token: string, random: () => number, broken: number): VersionOneMessage {
  const ts = new Date().toISOString();
  const words = remark(token, random);
  const isBroken = random() < broken;
  const type = random() < 0.4 ? "telemetry" : "alarm";
  const body =
    type === "telemetry"
      ? { ts, ...BATCH, tags: { remark: words, temp_c: random() * 40 } }
      : { ts, severity: "LOW", code: "TORTURE", message: words, ...BATCH };
  const payload = isBroken ? `{"${words}": ` : JSON.stringify(body, null, Math.floor(random() * 3));
  return { type, payload, belongs: isBroken ? "quarantine" : "log" };
}

/** A version 1 state, which its machine has retained. */
export function versionOneState(token: string): VersionOneMessage {
  const ts = new Date().toISOString();
  return { type: "state", payload: JSON.stringify({ ts, state: "RUNNING", by: token }), belongs: "log" };
}

/** What the ledger says of it. */
export function intentOf(
  { type, payload, belongs }: VersionOneMessage,
  machine: string,
  token: string,
  identity: Identity | undefined,
): Intent {
  const { boot = null, seq = null } = identity ?? {};
  const durable = type !== "telemetry";
  return { token, machine, type, boot, seq, sha256: sha256(payload), hashed: "bytes", belongs, durable };
}

/**
 * A version 1 message that has its number already, as one that a gateway forwards: its bytes must stay as they are.
 * @param broken the share of them that no schema takes, and that belong into quarantine
 */
export function forwardedMessage(
  machine: EdgeMachine,
  token: string,
  random: () => number,
  identity: Identity,
  broken: number,
): PreparedMessage {
  const message = versionOneMessage(token, random, broken);
  const options = { contentType: "application/json", identity };
  return {
    intent: intentOf(message, machine.key, token, identity),
    handOver: () => machine.publishRaw(message.type, message.payload, options),
  };
}
