import type { ConnectPacket } from "aedes";
import { heldBytes } from "../../mqtt/held-bytes.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { type TopicLimits, topicNameFault } from "../../mqtt/topic-rules.ts";
import { type PacketFault, propertiesFault, protocolError } from "./packet-properties.ts";

/** What a CONNECT is held against. */
export interface ConnectLimits extends TopicLimits {
  readonly clientIdCharacters: number;
  readonly keepAliveSeconds: number;
}

const USER_NAME_CHARACTERS = 256;
/** A will is kept for as long as its connection, and longer where it has a delay. */
const WILL_BYTES = 131_072;
const CONTROL_CHARACTERS = /\p{Cc}/u;

/** Checks a CONNECT before anybody acts on it. */
export function connectFault(packet: ConnectPacket, limits: ConnectLimits): PacketFault | undefined {
  return (
    propertiesFault("connect", packet.properties) ??
    negotiationFault(packet) ??
    clientIdFault(packet, limits) ??
    userNameFault(packet.username) ??
    willFault(packet, limits)
  );
}

function negotiationFault({ properties }: ConnectPacket): PacketFault | undefined {
  if (properties?.receiveMaximum === 0) return protocolError("receive maximum 0");
  if (properties?.maximumPacketSize === 0) return protocolError("maximum packet size 0");
  if (properties?.authenticationMethod !== undefined) {
    return { reason: REASON.BAD_AUTHENTICATION_METHOD, detail: "enhanced authentication is not supported" };
  }
  if (properties?.authenticationData !== undefined)
    return protocolError("authentication data without a method");
  return undefined;
}

/**
 * The client identifier becomes a key of tables, here and in aedes (where one of them is a plain object): names that
 * every object has (`__proto__`, `constructor` …) are refused.
 */
function clientIdFault(packet: ConnectPacket, limits: ConnectLimits): PacketFault | undefined {
  const { clientId } = packet;
  if (clientId.length === 0) {
    // MQTT 5 assigns one; MQTT 3.1.1 does so for a clean session only (3.1.3.1).
    if (packet.protocolVersion === 5 || (packet.protocolVersion === 4 && packet.clean)) return undefined;
    return idFault("a client identifier is needed here");
  }
  if (clientId.length > limits.clientIdCharacters) {
    return idFault(`the client identifier is longer than ${limits.clientIdCharacters} characters`);
  }
  if (CONTROL_CHARACTERS.test(clientId)) return idFault("the client identifier has a control character");
  if (clientId === "prototype" || clientId in Object.prototype)
    return idFault("the client identifier is reserved");
  return undefined;
}

function idFault(detail: string): PacketFault {
  return { reason: REASON.CLIENT_IDENTIFIER_NOT_VALID, detail };
}

function userNameFault(userName: string | undefined): PacketFault | undefined {
  if (userName === undefined) return undefined;
  if (userName.length <= USER_NAME_CHARACTERS && !CONTROL_CHARACTERS.test(userName)) return undefined;
  return {
    reason: REASON.BAD_USER_NAME_OR_PASSWORD,
    detail: "the user name is too long or has a control character",
  };
}

/** A will is a publish of later: the same rules, known now, while the client can still be told. */
function willFault({ will }: ConnectPacket, limits: ConnectLimits): PacketFault | undefined {
  if (will === undefined) return undefined;
  const fault = propertiesFault("will", will.properties);
  if (fault !== undefined) return fault;
  if ((will.qos ?? 0) > 1) return { reason: REASON.QOS_NOT_SUPPORTED, detail: "a will has QoS 0 or 1 here" };
  const topic =
    topicNameFault(will.topic, limits) ?? responseTopicFault(will.properties?.responseTopic, limits);
  if (topic !== undefined) return { reason: REASON.TOPIC_NAME_INVALID, detail: `will: ${topic.detail}` };
  const bytes = heldBytes({ ...will, payload: Buffer.from(will.payload) });
  if (bytes > WILL_BYTES) {
    const detail = `the will takes ${bytes} bytes with its properties, of ${WILL_BYTES}`;
    return { reason: REASON.QUOTA_EXCEEDED, detail };
  }
  return undefined;
}

/** A response topic is a topic name (MQTT 5, 3.3.2.3.5). */
export function responseTopicFault(
  topic: string | undefined,
  limits: TopicLimits,
): ReturnType<typeof topicNameFault> {
  return topic === undefined ? undefined : topicNameFault(topic, limits);
}
