import { faultsInALine } from "../contract/explain-payload.ts";
import {
  CUT_PROPERTY,
  type Identity,
  type IdentityReading,
  isSeq,
  ORIGINAL_TOPIC_PROPERTY,
  readIdentity,
  type UserProperties,
} from "../contract/identity.ts";
import { DELIVERY_POLICY, MESSAGE_FLAG, policyFlags } from "../contract/policy.ts";
import { identityFieldsOf, type PayloadFacts, readPayload } from "../contract/read-payload.ts";
import {
  isDesk,
  isUpTopic,
  type MachineKey,
  parseUpTopic,
  type TopicRefusal,
  type UpTopic,
} from "../contract/topic.ts";
import type { LogRecord, QuarantineRecord } from "../log/message-log.ts";
import type { QuarantineReason } from "../log/quarantine-reason.ts";
import type { DeliveredMessage } from "../mqtt/delivery.ts";
import { readPayloadText } from "./payload-text.ts";

/** A clock further off than this flags the message: well above network delay, well below a shift. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** No clock that once was right drifts so far. */
const FUTURE_MS = 86_400_000;
/** Characters of a topic that are shown where it is no part of the record. */
const SHOWN_TOPIC = 200;
/** Parsed topics kept, so that a topic is taken apart once and not once per message. */
const TOPIC_CACHE_SIZE = 10_000;
/** Characters of a topic; a longer one is parsed each time. */
const LONGEST_CACHED = 512;

/** A topic that was taken apart before, and what its machine said last. */
interface KnownTopic {
  readonly parsed: UpTopic | TopicRefusal;
  /** The last boot, known to be well formed; empty before the first. */
  boot: string;
  batchId: string | null;
}

/** A message after decoding: fit for the log (its identity, where it has one, in the record), or for quarantine. */
export type Decoded =
  | {
      readonly kind: "message";
      readonly record: LogRecord;
      readonly clockSkewMs: number;
    }
  | {
      readonly kind: "quarantine";
      readonly record: QuarantineRecord;
      readonly publisher: PlacedIdentity | undefined;
    };

/** An identity together with the machine that the topic names. */
export interface PlacedIdentity extends Identity {
  readonly machine: MachineKey;
}

/** What is remarkable about a payload that its schema took, held against the plant model: bits of MESSAGE_FLAG. */
export type PlausibilityFlags = (topic: UpTopic, payload: unknown) => number;

/** Decodes messages against the contract. Holds nothing but a cache of parsed topics. */
export class Decoder {
  readonly #topics = new Map<string, KnownTopic>();
  readonly #knowsMachine: (machine: MachineKey) => boolean;
  readonly #plausibility: PlausibilityFlags;

  /**
   * @param knowsMachine whether the plant model has the machine; others are stored and flagged
   * @param plausibility how else a payload stands to the plant model; what doesn't fit is stored and flagged
   */
  constructor(knowsMachine: (machine: MachineKey) => boolean, plausibility: PlausibilityFlags = () => 0) {
    this.#knowsMachine = knowsMachine;
    this.#plausibility = plausibility;
  }

  /** Never throws: whatever can't be a message of the namespace comes back as a quarantine record. */
  decode(message: DeliveredMessage, receivedAt: number): Decoded {
    const known = this.#knownTopic(message.topic);
    const topic = known.parsed;
    const properties = message.properties?.userProperties;
    if (isClearing(message, topic)) {
      const publisher = isUpTopic(topic) ? placed(topic, {}, properties) : undefined;
      return refuse(message, receivedAt, { reason: "cleared", detail: clearedBy(message) }, publisher);
    }
    if (!isUpTopic(topic)) return refuse(message, receivedAt, { reason: "topic", detail: topic.detail });
    if (message.cutFromBytes !== undefined) {
      const detail = `${message.cutFromBytes} bytes, of which the first ${message.payload.length} were kept`;
      return refuse(message, receivedAt, { reason: "oversize", detail }, placed(topic, {}, properties));
    }
    const marked = gatewayMark(topic, properties);
    if (marked !== undefined) return refuse(message, receivedAt, marked, placed(topic, {}, properties));
    const payload = readPayloadText(message.payload);
    if (payload.kind === "refused") {
      return refuse(message, receivedAt, payload, placed(topic, identityFieldsOf(payload.value), properties));
    }
    const reading = readPayload(topic.type, payload.value);
    if (reading.kind === "refused") {
      const detail = faultsInALine(topic.type, payload.value, reading.detail);
      const why = { ...reading, detail };
      return refuse(message, receivedAt, why, placed(topic, identityFieldsOf(payload.value), properties));
    }
    const identity = identityOf(known, reading, properties);
    if (identity.kind === "invalid") {
      const schema = `${topic.type}/${reading.version}`;
      const why = { reason: "identity", detail: identity.detail, schema } as const;
      return refuse(message, receivedAt, why, placed(topic, {}, properties));
    }
    const clockSkewMs = reading.tsMs === null ? 0 : reading.tsMs - receivedAt;
    if (reading.batchId !== known.batchId) known.batchId = reading.batchId;
    return {
      kind: "message",
      clockSkewMs,
      record: {
        ts: reading.ts ?? new Date(receivedAt).toISOString(),
        tsMs: reading.tsMs ?? receivedAt,
        topic,
        payload: payload.text,
        receivedAt,
        qos: message.qos,
        retain: isRetained(message, topic, reading),
        version: reading.version,
        boot: identity.kind === "sequenced" ? identity.identity.boot : null,
        seq: identity.kind === "sequenced" ? identity.identity.seq : null,
        flags: this.#flags(message, topic, reading, clockSkewMs) | this.#plausibility(topic, payload.value),
        batchId: known.batchId,
      },
    };
  }

  #flags(message: DeliveredMessage, topic: UpTopic, reading: PayloadFacts, clockSkewMs: number): number {
    const refill = isRefill(message, reading);
    // A state that comes late isn't retained where a newer one has been: nobody must take it for the present.
    const retainExpected = message.retainVisible && !refill;
    let flags = policyFlags(topic.type, message.qos, message.retain, retainExpected);
    if (refill) flags |= MESSAGE_FLAG.REFILL;
    if (clockSkewMs > CLOCK_TOLERANCE_MS || clockSkewMs < -CLOCK_TOLERANCE_MS) {
      // A refilled or queued message is old for a reason; only a clock that runs ahead shows in one.
      if (clockSkewMs > 0 || (flags & MESSAGE_FLAG.REFILL) === 0) flags |= MESSAGE_FLAG.CLOCK_SKEW;
    }
    if (clockSkewMs > FUTURE_MS) flags |= MESSAGE_FLAG.TIME_IN_FUTURE;
    if (!this.#knowsMachine(topic.machineKey) && !isDesk(topic.machineKey))
      flags |= MESSAGE_FLAG.UNKNOWN_MACHINE;
    return flags;
  }

  #knownTopic(topic: string): KnownTopic {
    let known = this.#topics.get(topic);
    if (known === undefined) {
      known = { parsed: parseUpTopic(topic), boot: "", batchId: null };
      if (topic.length > LONGEST_CACHED) return known;
      if (this.#topics.size >= TOPIC_CACHE_SIZE) this.#topics.clear();
      this.#topics.set(topic, known);
    }
    return known;
  }
}

/**
 * Whether the message is MQTT's own way to clear what is retained on its topic (MQTT 5, 3.3.1.3). Where the broker
 * doesn't show the flag, it is that on topics whose messages are retained.
 */
function isClearing(message: DeliveredMessage, topic: UpTopic | TopicRefusal): boolean {
  if (message.payload.length > 0 || message.cutFromBytes !== undefined) return false;
  if (message.retain || message.retainVisible) return message.retain;
  return isUpTopic(topic) && DELIVERY_POLICY[topic.type].retain;
}

/** Who cleared it; behind another broker nobody can tell. */
function clearedBy({ transfer }: DeliveredMessage): string {
  const client = transfer?.sender ?? "";
  return client === ""
    ? "the retained message of this topic was cleared"
    : `${JSON.stringify(client)} cleared the retained message of this topic`;
}

/**
 * Whether the message stands on its topic until the next one. Where the broker doesn't show the flag, what the policy
 * says counts: so a replay of it is known later for what it is. Of what comes late nothing of the kind can be said.
 */
function isRetained(message: DeliveredMessage, topic: UpTopic, reading: PayloadFacts): boolean {
  if (message.retain || message.retainVisible) return message.retain;
  return DELIVERY_POLICY[topic.type].retain && !isRefill(message, reading);
}

function isRefill(message: DeliveredMessage, reading: PayloadFacts): boolean {
  return reading.refill || message.properties?.userProperties?.refill !== undefined;
}

/**
 * Reads the identity. A machine says the same boot over and over: one that equals the last one is known to be well
 * formed, and the string that is kept stands for it, so that what waits for its commit holds no copies.
 */
function identityOf(
  known: KnownTopic,
  { boot, seq }: PayloadFacts,
  properties: UserProperties | undefined,
): IdentityReading {
  if (known.boot !== "" && boot === known.boot && properties === undefined && isSeq(seq)) {
    return { kind: "sequenced", identity: { boot: known.boot, seq } };
  }
  const reading = readIdentity(boot, seq, properties);
  if (reading.kind === "sequenced") {
    if (reading.identity.boot === known.boot) {
      return { kind: "sequenced", identity: { boot: known.boot, seq: reading.identity.seq } };
    }
    known.boot = reading.identity.boot;
  }
  return reading;
}

/** Why a gateway says that a message is not what its topic and payload make of it. */
function gatewayMark(
  { machineKey }: UpTopic,
  properties: UserProperties | undefined,
): { readonly reason: QuarantineReason; readonly detail: string } | undefined {
  const original = properties?.[ORIGINAL_TOPIC_PROPERTY];
  if (typeof original === "string") {
    const shown = original.length > SHOWN_TOPIC ? `${original.slice(0, SHOWN_TOPIC)}…` : original;
    return { reason: "topic", detail: `published on ${shown}; ${machineKey} has sent it on` };
  }
  const bytes = properties?.[CUT_PROPERTY];
  if (bytes === undefined) return undefined;
  return {
    reason: "oversize",
    detail: `${String(bytes).slice(0, 16)} bytes, of which the gateway got the first`,
  };
}

/**
 * The identity of a message whose payload can't be used, so that its number isn't reported as missing. Where the
 * payload's own is of no use, that in the properties counts: a gateway waits for the receipt of it.
 */
function placed(
  topic: UpTopic,
  fields: { readonly boot?: unknown; readonly seq?: unknown },
  properties: UserProperties | undefined,
): PlacedIdentity | undefined {
  const whole = readIdentity(fields.boot, fields.seq, properties);
  const reading = whole.kind === "invalid" ? readIdentity(undefined, undefined, properties) : whole;
  return reading.kind === "sequenced" ? { machine: topic.machineKey, ...reading.identity } : undefined;
}

function refuse(
  message: DeliveredMessage,
  receivedAt: number,
  why: { readonly reason: QuarantineReason; readonly detail: string; readonly schema?: string | null },
  publisher?: PlacedIdentity,
): Decoded {
  return { kind: "quarantine", publisher, record: quarantineRecord(message, receivedAt, why, publisher) };
}

/** A message as quarantine keeps it. */
export function quarantineRecord(
  message: DeliveredMessage,
  receivedAt: number,
  why: { readonly reason: QuarantineReason; readonly detail: string; readonly schema?: string | null },
  publisher: PlacedIdentity | undefined,
): QuarantineRecord {
  return {
    topic: message.topic,
    payload: message.payload,
    receivedAt,
    qos: message.qos,
    retain: message.retain,
    propertiesJson: propertiesJson(message),
    reason: why.reason,
    detail: why.detail,
    schema: why.schema ?? null,
    machine: publisher?.machine ?? null,
    boot: publisher?.boot ?? null,
    seq: publisher?.seq ?? null,
  };
}

/** The MQTT 5 properties of a message as JSON, or null where it has none. */
export function propertiesJson(message: DeliveredMessage): string | null {
  const properties = message.properties;
  if (properties === undefined) return null;
  const { correlationData, ...rest } = properties;
  const json = JSON.stringify(
    correlationData === undefined
      ? rest
      : { ...rest, correlationDataBase64: Buffer.from(correlationData).toString("base64") },
  );
  return json === "{}" ? null : json;
}
