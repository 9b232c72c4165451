import type { MessageProperties } from "./message-properties.ts";
import { type PacketOutput, varintBytes } from "./packet-output.ts";
import { PROPERTY } from "./properties.ts";

/** A PUBLISH as one subscriber gets it. */
export interface OutgoingPublish {
  /** 4 (3.1, 3.1.1) or 5. */
  readonly version: number;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
  /** Empty where an alias stands for it. */
  readonly topic: Buffer;
  /** 0: none. */
  readonly topicAlias: number;
  readonly payload: Buffer;
  readonly properties: MessageProperties | undefined;
  /** What is left of the message's time, seconds; undefined: it has no end. */
  readonly expirySeconds: number | undefined;
  /** Of all its matching subscriptions that have one (MQTT 5, 3.3.4). */
  readonly subscriptionIdentifiers: readonly number[];
}

const PUBLISH = 0x30;
const DUP = 8;
const RETAIN = 1;
const EXPIRY_BYTES = 5;
const ALIAS_BYTES = 3;

/** How long the properties are, without their length. */
function propertiesLength(publish: OutgoingPublish): number {
  const { properties, expirySeconds, subscriptionIdentifiers, topicAlias } = publish;
  let length = properties === undefined ? 0 : properties.end - properties.start;
  if (expirySeconds !== undefined) length += EXPIRY_BYTES;
  if (topicAlias !== 0) length += ALIAS_BYTES;
  for (const id of subscriptionIdentifiers) length += 1 + varintBytes(id);
  return length;
}

function remainingLength({ topic, qos, payload, version }: OutgoingPublish, properties: number): number {
  const shared = 2 + topic.length + (qos > 0 ? 2 : 0) + payload.length;
  return version === 5 ? shared + varintBytes(properties) + properties : shared;
}

/** How long the packet is on the wire, bytes. */
export function publishLength(publish: OutgoingPublish): number {
  const remaining = remainingLength(publish, propertiesLength(publish));
  return 1 + varintBytes(remaining) + remaining;
}

/** Writes a PUBLISH (3.3). Properties go to MQTT 5 only; a client of 3.1.1 has no place for them. */
export function writePublish(output: PacketOutput, publish: OutgoingPublish): void {
  const { qos, topic, packetId, version, payload } = publish;
  const length = version === 5 ? propertiesLength(publish) : 0;
  output.byte(PUBLISH | (publish.dup ? DUP : 0) | (qos << 1) | (publish.retain ? RETAIN : 0));
  output.varint(remainingLength(publish, length));
  output.int16(topic.length);
  output.bytes(topic);
  if (qos > 0) output.int16(packetId);
  if (version === 5) writeProperties(output, publish, length);
  output.bytes(payload);
}

function writeProperties(output: PacketOutput, publish: OutgoingPublish, length: number): void {
  const { properties, expirySeconds, topicAlias } = publish;
  output.varint(length);
  if (topicAlias !== 0) {
    output.byte(PROPERTY.TOPIC_ALIAS);
    output.int16(topicAlias);
  }
  if (expirySeconds !== undefined) {
    output.byte(PROPERTY.MESSAGE_EXPIRY_INTERVAL);
    output.int32(expirySeconds);
  }
  for (const id of publish.subscriptionIdentifiers) {
    output.byte(PROPERTY.SUBSCRIPTION_IDENTIFIER);
    output.varint(id);
  }
  if (properties !== undefined) output.bytes(properties.bytes, properties.start, properties.end);
}
