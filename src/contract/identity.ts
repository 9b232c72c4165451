import type { MachineKey } from "./topic.ts";

/**
 * Who said it, and as the how-manieth: `boot` is new at each start of the publisher and sortable (UUIDv7), `seq`
 * counts 1, 2, 3 … per machine and boot over all message types.
 */
export interface Identity {
  readonly boot: string;
  readonly seq: number;
}

/** One publisher between two starts: what a sequence is counted in. */
export interface Publisher {
  readonly machine: MachineKey;
  readonly boot: string;
}

/** A boot is 8 to 64 characters of this set; a UUIDv7 fits. */
export const BOOT_PATTERN = /^[0-9A-Za-z][0-9A-Za-z_-]{7,63}$/;
/** The highest sequence number: the largest integer that JSON numbers carry exactly. */
export const MAX_SEQ = Number.MAX_SAFE_INTEGER;

/** MQTT 5 user property names under which a gateway stamps a message without touching its payload. */
export const BOOT_PROPERTY = "boot";
/** MQTT 5 user property that carries the number of a message within its boot. */
export const SEQ_PROPERTY = "seq";
/** MQTT 5 user property that names the payload's schema, for example `telemetry/2`. */
export const SCHEMA_PROPERTY = "schema";
/** MQTT 5 user property `refill: 1`: sent again to close a gap. */
export const REFILL_PROPERTY = "refill";
/**
 * MQTT 5 user property in which a gateway or bridge leaves its own name, one for each that a message has passed: who
 * finds its own name in a message has met a loop.
 */
export const HOP_PROPERTY = "via";
/**
 * MQTT 5 user property with the topic that a message came on, where that is outside the namespace and a gateway had
 * to send it under its own name: such a message goes to quarantine, whatever its payload would fit.
 */
export const ORIGINAL_TOPIC_PROPERTY = "original-topic";
/** MQTT 5 user property with a payload's whole length, where a gateway's broker handed over its beginning alone. */
export const CUT_PROPERTY = "cut-from-bytes";
/**
 * MQTT 5 user property by which a client of the embedded broker asks what became of a QoS 1 message; any value. The
 * PUBACK's reason string says it.
 */
export const VERDICT_PROPERTY = "verdict";
/** MQTT 5 content type of every payload of the namespace. */
export const CONTENT_TYPE = "application/json";

/** User properties as MQTT libraries hand them over: a repeated name gives an array. */
export type UserProperties = Readonly<Record<string, string | readonly string[]>>;

/** What an identity given on the wire amounts to. */
export type IdentityReading =
  | { readonly kind: "sequenced"; readonly identity: Identity }
  | { readonly kind: "unsequenced" }
  | { readonly kind: "invalid"; readonly detail: string };

const UNSEQUENCED: IdentityReading = { kind: "unsequenced" };

/**
 * Reads the identity of a message from its payload fields and its MQTT 5 user properties. Both may be given when
 * they agree; half an identity or one that disagrees is invalid.
 */
export function readIdentity(
  payloadBoot: unknown,
  payloadSeq: unknown,
  properties: UserProperties | undefined,
): IdentityReading {
  const inPayload = payloadBoot !== undefined || payloadSeq !== undefined;
  const propertyBoot = properties?.[BOOT_PROPERTY];
  const propertySeq = properties?.[SEQ_PROPERTY];
  const inProperties = propertyBoot !== undefined || propertySeq !== undefined;
  if (!inPayload && !inProperties) return UNSEQUENCED;

  let fromPayload: Identity | undefined;
  if (inPayload) {
    const reading = checkIdentity(payloadBoot, payloadSeq, "payload");
    if (reading.kind !== "sequenced") return reading;
    fromPayload = reading.identity;
    if (!inProperties) return reading;
  }
  const seq =
    typeof propertySeq === "string" && /^[0-9]{1,16}$/.test(propertySeq) ? Number(propertySeq) : propertySeq;
  const reading = checkIdentity(propertyBoot, seq, "user properties");
  if (reading.kind !== "sequenced" || fromPayload === undefined) return reading;
  if (reading.identity.boot !== fromPayload.boot || reading.identity.seq !== fromPayload.seq) {
    return { kind: "invalid", detail: "boot and seq differ between payload and user properties" };
  }
  return reading;
}

/** Whether a value can be a sequence number. */
export function isSeq(seq: unknown): seq is number {
  return Number.isSafeInteger(seq) && (seq as number) >= 1;
}

function checkIdentity(boot: unknown, seq: unknown, where: string): IdentityReading {
  if (typeof boot !== "string" || !BOOT_PATTERN.test(boot)) {
    return { kind: "invalid", detail: `boot in ${where} must be 8 to 64 characters of [0-9A-Za-z_-]` };
  }
  if (!isSeq(seq)) {
    return { kind: "invalid", detail: `seq in ${where} must be a whole number from 1` };
  }
  return { kind: "sequenced", identity: { boot, seq } };
}
