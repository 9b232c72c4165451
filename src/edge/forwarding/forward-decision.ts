import {
  BOOT_PROPERTY,
  CUT_PROPERTY,
  HOP_PROPERTY,
  type Identity,
  ORIGINAL_TOPIC_PROPERTY,
  REFILL_PROPERTY,
  readIdentity,
  SEQ_PROPERTY,
  type UserProperties,
} from "../../contract/identity.ts";
import { DELIVERY_POLICY } from "../../contract/policy.ts";
import {
  isUpTopic,
  type MachineAddress,
  type MachineKey,
  machineKeyOf,
  parseUpTopic,
  type UpTopic,
} from "../../contract/topic.ts";
import { type DeliveredMessage, travellingProperties } from "../../mqtt/delivery.ts";
import type { ForwardedMessage } from "../edge.ts";
import type { RawProperties } from "../outbox.ts";
import { payloadIdentity } from "./payload-identity.ts";

/** The names of a forwarder, by which it finds its own messages again. */
export interface Forwarding {
  /** The name left in every message, unlike every other forwarder's. */
  readonly hop: string;
  /** The forwarder itself as a machine. What can't travel on its own topic goes under this name. */
  readonly gateway: MachineAddress;
}

/** Whether a message goes on, under which identity, or has been in a loop. */
export type ForwardDecision =
  | {
      readonly kind: "forward";
      readonly message: Omit<ForwardedMessage, "transfer">;
      readonly machineKey: MachineKey;
      /** Its topic is not one of the namespace. */
      readonly misplaced: boolean;
    }
  /** It has been here before, or has passed too many others. */
  | { readonly kind: "loop" };

/** More forwarders than this in a row are a loop that somebody between has hidden. */
const MOST_HOPS = 8;
/** Parsed topics kept, so that a topic is taken apart once and not once per message. */
const TOPIC_CACHE_SIZE = 10_000;
/** Characters of a topic; a longer one is parsed each time. */
const LONGEST_CACHED = 512;
/** Written anew for every message that is forwarded. */
const REWRITTEN: ReadonlySet<string> = new Set([BOOT_PROPERTY, SEQ_PROPERTY, HOP_PROPERTY]);

/** Decides how local messages travel on. Pure; holds nothing but a cache of parsed topics. */
export class ForwardDecider {
  readonly #forwarding: Forwarding;
  readonly #gatewayKey: MachineKey;
  readonly #topics = new Map<string, UpTopic | undefined>();

  constructor(forwarding: Forwarding) {
    this.#forwarding = forwarding;
    this.#gatewayKey = machineKeyOf(forwarding.gateway);
  }

  /** @param nowMs milliseconds since 1970 */
  decide(message: DeliveredMessage, nowMs: number): ForwardDecision {
    const { hop, gateway } = this.#forwarding;
    const properties = message.properties?.userProperties;
    const hops = hopsOf(properties);
    if (hops.includes(hop) || hops.length >= MOST_HOPS) return { kind: "loop" };
    const topic = this.#parse(message.topic);
    // Nobody else speaks as this forwarder; behind an MQTT 3.1.1 broker this is all that shows a loop.
    if (topic?.machineKey === this.#gatewayKey) return { kind: "loop" };
    const contentType = message.properties?.contentType;
    const beside = rawProperties(message, nowMs);
    const travelling = (more: Readonly<Record<string, string>>): RawProperties => ({
      ...beside,
      ...(contentType === undefined ? {} : { contentType }),
      userProperties: carriedOn(properties, [...hops, hop], { ...cutProperty(message), ...more }),
    });
    if (topic === undefined) {
      const raw = travelling({ [ORIGINAL_TOPIC_PROPERTY]: message.topic });
      const { payload } = message;
      // Of the types, this one has the fewest listeners; what it stands for is what the property says.
      const misplaced = { machine: gateway, type: "telemetry", payload, durable: true, raw } as const;
      const machineKey = this.#gatewayKey;
      return { kind: "forward", machineKey, misplaced: true, message: { ...misplaced, identity: undefined } };
    }
    const { type, machineKey } = topic;
    const raw = travelling({});
    const retain = DELIVERY_POLICY[type].retain && isRetained(message, properties);
    return {
      kind: "forward",
      machineKey,
      misplaced: false,
      message: {
        machine: topic,
        type,
        payload: message.payload,
        // What came at QoS 1 is owed, whatever its type: telemetry that its machine sends again.
        durable: message.qos > 0 || DELIVERY_POLICY[type].qos > 0,
        raw: DELIVERY_POLICY[type].retain && !retain ? { ...raw, retain: false } : raw,
        identity: identityOf(message, properties),
      },
    };
  }

  #parse(topic: string): UpTopic | undefined {
    if (this.#topics.has(topic)) return this.#topics.get(topic);
    const parsed = parseUpTopic(topic);
    const up = isUpTopic(parsed) ? parsed : undefined;
    if (topic.length > LONGEST_CACHED) return up;
    if (this.#topics.size >= TOPIC_CACHE_SIZE) this.#topics.clear();
    this.#topics.set(topic, up);
    return up;
  }
}

/** What travels beside the user properties; of its time, when that is over. */
function rawProperties({ properties }: DeliveredMessage, nowMs: number): RawProperties {
  const { correlationData, messageExpiryInterval, ...rest } = travellingProperties(properties) ?? {};
  const { payloadFormatIndicator, responseTopic } = rest;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined
      ? {}
      : { correlationDataBase64: Buffer.from(correlationData).toString("base64") }),
    ...(messageExpiryInterval === undefined ? {} : { expiresAt: nowMs + messageExpiryInterval * 1_000 }),
  };
}

/** The forwarders that a message has passed. */
export function hopsOf(properties: UserProperties | undefined): readonly string[] {
  const hops = properties?.[HOP_PROPERTY];
  if (hops === undefined) return [];
  return typeof hops === "string" ? [hops] : hops;
}

/**
 * The identity that a message has already. Half an identity, or two that differ, is none: it gets a number here, under
 * which the data center can put it into quarantine and say so.
 */
function identityOf(message: DeliveredMessage, properties: UserProperties | undefined): Identity | undefined {
  const { boot, seq } = message.cutFromBytes === undefined ? payloadIdentity(message.payload) : {};
  const reading = readIdentity(boot, seq, properties);
  return reading.kind === "sequenced" ? reading.identity : undefined;
}

/** Where the broker doesn't show the flag, only a state that comes late is taken for one that isn't retained. */
function isRetained(message: DeliveredMessage, properties: UserProperties | undefined): boolean {
  if (message.retain || message.retainVisible) return message.retain;
  return properties?.[REFILL_PROPERTY] === undefined;
}

function cutProperty({ cutFromBytes }: DeliveredMessage): Readonly<Record<string, string>> {
  return cutFromBytes === undefined ? {} : { [CUT_PROPERTY]: String(cutFromBytes) };
}

function carriedOn(
  properties: UserProperties | undefined,
  hops: readonly string[],
  more: Readonly<Record<string, string>>,
): UserProperties {
  const kept = Object.entries(properties ?? {}).filter(
    ([name]) => !REWRITTEN.has(name) && !Object.hasOwn(more, name),
  );
  // Not by assignment: a property may be called __proto__.
  return Object.fromEntries([...kept, ...Object.entries(more), [HOP_PROPERTY, hops]]);
}
