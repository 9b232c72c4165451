import { type FieldReader, malformed, protocolError } from "./field-reader.ts";
import { PROPERTY, readProperties } from "./properties.ts";

/** A subscription that is asked for (MQTT 5, 3.8.3). */
export interface SubscriptionRequest {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 0: send retained messages, 1: for a new subscription only, 2: don't. */
  readonly retainHandling: 0 | 1 | 2;
}

/** A SUBSCRIBE. */
export interface SubscribePacket {
  readonly packetId: number;
  /** 0: none. */
  readonly subscriptionIdentifier: number;
  readonly subscriptions: readonly SubscriptionRequest[];
}

/** An UNSUBSCRIBE. */
export interface UnsubscribePacket {
  readonly packetId: number;
  readonly filters: readonly string[];
}

/** Reads a SUBSCRIBE (3.8). @throws ProtocolViolation */
export function readSubscribe(reader: FieldReader, version: number): SubscribePacket {
  const packetId = identifier(reader);
  let subscriptionIdentifier = 0;
  if (version === 5) {
    readProperties(reader, "subscribe", (id, value) => {
      if (id === PROPERTY.SUBSCRIPTION_IDENTIFIER) subscriptionIdentifier = Number(value);
    });
  }
  const subscriptions: SubscriptionRequest[] = [];
  while (reader.at < reader.end) {
    const filter = reader.textOrNul();
    subscriptions.push(readOptions(filter, reader.byte(), version));
  }
  if (subscriptions.length === 0) throw protocolError("a SUBSCRIBE without a topic filter");
  return { packetId, subscriptionIdentifier, subscriptions };
}

function readOptions(filter: string, options: number, version: number): SubscriptionRequest {
  const qos = options & 3;
  if (qos === 3) throw malformed("a subscription with QoS 3");
  if (version < 5) {
    if (options > 2) throw malformed("reserved bits of a subscription are set");
    return {
      filter,
      qos: qos as 0 | 1 | 2,
      noLocal: false,
      retainAsPublished: false,
      retainHandling: 0,
    };
  }
  const retainHandling = (options >> 4) & 3;
  if ((options & 0xc0) !== 0) throw malformed("reserved bits of a subscription are set");
  if (retainHandling === 3) throw protocolError("retain handling 3");
  return {
    filter,
    qos: qos as 0 | 1 | 2,
    noLocal: (options & 4) !== 0,
    retainAsPublished: (options & 8) !== 0,
    retainHandling: retainHandling as 0 | 1 | 2,
  };
}

/** Reads an UNSUBSCRIBE (3.10). @throws ProtocolViolation */
export function readUnsubscribe(reader: FieldReader, version: number): UnsubscribePacket {
  const packetId = identifier(reader);
  if (version === 5) readProperties(reader, "unsubscribe");
  const filters: string[] = [];
  while (reader.at < reader.end) filters.push(reader.textOrNul());
  if (filters.length === 0) throw protocolError("an UNSUBSCRIBE without a topic filter");
  return { packetId, filters };
}

/** An answer to a PUBLISH: PUBACK, PUBREC, PUBREL or PUBCOMP. */
export interface Acknowledgement {
  readonly packetId: number;
  readonly reasonCode: number;
}

/** Reason codes that a client may give with each of them (MQTT 5, 3.4.2.1 to 3.7.2.1). */
const PUBLISH_REASONS = new Set([0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
const RELEASE_REASONS = new Set([0, 0x92]);

/** Reads PUBACK or PUBREC, or, as `release`, PUBREL or PUBCOMP (3.4 to 3.7). @throws ProtocolViolation */
export function readAcknowledgement(reader: FieldReader, version: number, release: boolean): Acknowledgement {
  const packetId = identifier(reader);
  if (reader.at === reader.end) return { packetId, reasonCode: 0 };
  if (version < 5) throw malformed("bytes behind the end of the packet");
  const reasonCode = reader.byte();
  if (!(release ? RELEASE_REASONS : PUBLISH_REASONS).has(reasonCode))
    throw malformed(`reason code 0x${reasonCode.toString(16)} is none of this packet`);
  if (reader.at < reader.end) readProperties(reader, "acknowledgement");
  if (reader.at !== reader.end) throw malformed("bytes behind the end of the packet");
  return { packetId, reasonCode };
}

/** A DISCONNECT. */
export interface DisconnectPacket {
  readonly reasonCode: number;
  /** Seconds; undefined: as it was. */
  readonly sessionExpiryInterval: number | undefined;
}

const NORMAL: DisconnectPacket = { reasonCode: 0, sessionExpiryInterval: undefined };
/** Reason codes that a client may leave with (MQTT 5, 3.14.2.1). */
const DISCONNECT_REASONS = new Set([
  0, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
]);

/** Reads a DISCONNECT (3.14). @throws ProtocolViolation */
export function readDisconnect(reader: FieldReader, version: number): DisconnectPacket {
  if (reader.at === reader.end) return NORMAL;
  if (version < 5) throw malformed("bytes behind the end of the packet");
  const reasonCode = reader.byte();
  if (!DISCONNECT_REASONS.has(reasonCode))
    throw malformed(`reason code 0x${reasonCode.toString(16)} is none of this packet`);
  let sessionExpiryInterval: number | undefined;
  if (reader.at < reader.end) {
    readProperties(reader, "disconnect", (id, value) => {
      if (id === PROPERTY.SESSION_EXPIRY_INTERVAL) sessionExpiryInterval = Number(value);
    });
  }
  if (reader.at !== reader.end) throw malformed("bytes behind the end of the packet");
  return { reasonCode, sessionExpiryInterval };
}

function identifier(reader: FieldReader): number {
  const packetId = reader.int16();
  if (packetId === 0) throw protocolError("a packet identifier of 0");
  return packetId;
}
