import {
  BOOT_PROPERTY,
  CONTENT_TYPE,
  REFILL_PROPERTY,
  SCHEMA_PROPERTY,
  SEQ_PROPERTY,
  type UserProperties,
} from "../contract/identity.ts";
import { CURRENT_VERSION } from "../contract/message.ts";
import { DELIVERY_POLICY } from "../contract/policy.ts";
import { type MachineKey, type MessageType, UP_ROOT } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { type TravellingProperties, travellingProperties } from "../mqtt/delivery.ts";
import type { LinkMessage } from "./broker-link.ts";
import type { OutboxMessage, RawProperties } from "./outbox.ts";

/** User properties that the library writes; `schema` may also be the caller's, who knows what a raw payload is. */
const RESERVED: readonly string[] = [BOOT_PROPERTY, SEQ_PROPERTY, REFILL_PROPERTY];

/** How a stored message is sent. */
export interface Sending {
  /**
   * Sent later than it was handed over, or again: then at QoS 1 whatever its type, and marked, so that its age
   * doesn't pass for a wrong clock.
   */
  readonly refill: boolean;
  /** A state that has been followed by another must not become the retained one again. */
  readonly outdated: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** A stored message as it goes to the broker. */
export function wireMessage(
  machine: MachineKey,
  boot: string,
  message: OutboxMessage,
  { refill, outdated, nowMs }: Sending,
): LinkMessage {
  const { type, payload, raw, seq } = message;
  const policy = DELIVERY_POLICY[type];
  const properties: Record<string, string | readonly string[]> =
    raw === undefined
      ? { [SCHEMA_PROPERTY]: `${type}/${CURRENT_VERSION}` }
      : { ...raw.userProperties, [BOOT_PROPERTY]: boot, [SEQ_PROPERTY]: String(seq) };
  if (refill) properties[REFILL_PROPERTY] = "1";
  return {
    topic: `${UP_ROOT}/${machine}/${type}`,
    payload,
    qos: refill || message.durable ? 1 : policy.qos,
    retain: policy.retain && raw?.retain !== false && !outdated && !isExpired(raw, nowMs),
    contentType: raw === undefined ? CONTENT_TYPE : raw.contentType,
    userProperties: properties,
    properties: raw === undefined ? undefined : travelling(raw, nowMs),
  };
}

/**
 * What is left of its time travels on. Where nothing is left it goes up all the same, without an expiry: subscribers
 * had their time, but the record is owed it, and its number would be missing for ever.
 */
function travelling(raw: RawProperties, nowMs: number): TravellingProperties | undefined {
  const { payloadFormatIndicator, responseTopic, correlationDataBase64, expiresAt } = raw;
  const restMs = expiresAt === undefined ? 0 : expiresAt - nowMs;
  return travellingProperties({
    payloadFormatIndicator,
    responseTopic,
    correlationData:
      correlationDataBase64 === undefined ? undefined : Buffer.from(correlationDataBase64, "base64"),
    messageExpiryInterval: restMs > 0 ? Math.ceil(restMs / 1_000) : undefined,
  });
}

/** Whether a message's time is over. */
export function isExpired(raw: RawProperties | undefined, nowMs: number): boolean {
  return raw?.expiresAt !== undefined && raw.expiresAt <= nowMs;
}

/** The will of a machine: its last state, published by the broker when the connection breaks. */
export function willMessage(machine: MachineKey, payload: string): LinkMessage {
  const { qos, retain } = DELIVERY_POLICY.state;
  return {
    topic: `${UP_ROOT}/${machine}/state`,
    payload,
    qos,
    retain,
    contentType: CONTENT_TYPE,
    userProperties: { [SCHEMA_PROPERTY]: `state/${CURRENT_VERSION}` },
  };
}

/**
 * Checks what is to travel beside a raw payload.
 * @throws ConcheError CONCHE_MESSAGE_REFUSED
 */
export function checkRaw(type: MessageType, raw: RawProperties): void {
  const properties: UserProperties = raw.userProperties ?? {};
  for (const [name, value] of Object.entries(properties)) {
    if (RESERVED.includes(name)) throw refused(type, `the user property "${name}" is written by the library`);
    for (const text of [name, value].flat()) {
      if (typeof text !== "string" || Buffer.byteLength(text) > 65_535) {
        throw refused(type, "a user property must be text of at most 65,535 bytes");
      }
    }
  }
}

function refused(type: MessageType, detail: string): ConcheError {
  return new ConcheError("CONCHE_MESSAGE_REFUSED", { message: `this raw ${type} message: ${detail}` });
}
