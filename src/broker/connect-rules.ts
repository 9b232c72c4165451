import { REASON, type ReasonCode } from "../mqtt/reason-codes.ts";
import { type TopicLimits, topicNameFault } from "../mqtt/topic-rules.ts";
import type { ConnectPacket, ConnectWill } from "../mqtt/wire/connect-reader.ts";
import type { RefusalReason } from "./broker-event.ts";

/** What a CONNECT is held against. */
export interface ConnectLimits extends TopicLimits {
  readonly clientIdCharacters: number;
}

/** Why a CONNECT is refused. */
export interface ConnectRefusal {
  readonly code: ReasonCode;
  readonly reason: RefusalReason;
  readonly detail: string;
}

const USER_NAME_CHARACTERS = 256;
/** A will is kept for as long as its connection, and longer where it has a delay. */
const WILL_BYTES = 131_072;
const CONTROL_CHARACTERS = /\p{Cc}/u;

/** Checks a well-formed CONNECT before anybody acts on it. */
export function connectRefusal(packet: ConnectPacket, limits: ConnectLimits): ConnectRefusal | undefined {
  if (packet.authenticationMethod !== undefined) {
    const detail = "enhanced authentication is not supported";
    return { code: REASON.BAD_AUTHENTICATION_METHOD, reason: "credentials", detail };
  }
  return clientIdFault(packet, limits) ?? userNameFault(packet.username) ?? willFault(packet.will, limits);
}

/** Names that every object has are refused: an identifier becomes a key in tables of others, too. */
function clientIdFault(packet: ConnectPacket, limits: ConnectLimits): ConnectRefusal | undefined {
  const { clientId } = packet;
  if (clientId.length === 0) {
    // MQTT 5 assigns one; MQTT 3.1.1 does so for a clean session only (3.1.1, 3.1.3.1).
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

function idFault(detail: string): ConnectRefusal {
  return { code: REASON.CLIENT_IDENTIFIER_NOT_VALID, reason: "client-id", detail };
}

function userNameFault(userName: string | undefined): ConnectRefusal | undefined {
  if (userName === undefined) return undefined;
  if (userName.length <= USER_NAME_CHARACTERS && !CONTROL_CHARACTERS.test(userName)) return undefined;
  return {
    code: REASON.BAD_USER_NAME_OR_PASSWORD,
    reason: "credentials",
    detail: "the user name is too long or has a control character",
  };
}

/** A will is a publish of later: the same rules, known now, while the client can still be told. */
function willFault(will: ConnectWill | undefined, limits: ConnectLimits): ConnectRefusal | undefined {
  if (will === undefined) return undefined;
  const { responseTopic } = will.properties?.delivered ?? {};
  const response = responseTopic === undefined ? undefined : topicNameFault(responseTopic, limits);
  const fault = topicNameFault(will.topic, limits) ?? response;
  if (fault !== undefined)
    return { code: REASON.TOPIC_NAME_INVALID, reason: "will", detail: `will: ${fault.detail}` };
  const bytes = will.payload.length + will.topic.length + (will.properties?.heldBytes ?? 0);
  if (bytes <= WILL_BYTES) return undefined;
  const detail = `the will takes ${bytes} bytes with its properties, of ${WILL_BYTES}`;
  return { code: REASON.QUOTA_EXCEEDED, reason: "will", detail };
}
