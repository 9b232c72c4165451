import { PacketOutput, varintBytes } from "./packet-output.ts";
import { PROPERTY } from "./properties.ts";
import type { SubscribePacket } from "./request-reader.ts";

/** What a client says in its CONNECT (3.1). There is no will: what publishes under one speaks through a library. */
export interface ConnectRequest {
  readonly protocolVersion: 4 | 5;
  readonly clientId: string;
  /** Clean Start; Clean Session in 3.1.1. */
  readonly clean: boolean;
  /** Seconds; 0: none. */
  readonly keepAlive: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Seconds; MQTT 5 only. */
  readonly sessionExpiryInterval: number;
  /** MQTT 5 only. */
  readonly receiveMaximum: number;
}

const FIRST = { CONNECT: 0x10, SUBSCRIBE: 0x82, PINGREQ: 0xc0, DISCONNECT: 0xe0 } as const;
const FLAG = { CLEAN: 2, PASSWORD: 64, USERNAME: 128 } as const;
const OPTION = { NO_LOCAL: 4, RETAIN_AS_PUBLISHED: 8, RETAIN_HANDLING_SHIFT: 4 } as const;
/** A text or binary field has two bytes for its length. */
const LONGEST_FIELD = 65_535;
const CONNECT_PROPERTIES_BYTES = 11;

/** Bytes of a PINGREQ (3.12). */
export const PINGREQ: Buffer = Buffer.from([FIRST.PINGREQ, 0]);

/** Bytes of a CONNECT. @throws RangeError for a text of over 65,535 bytes */
export function connectBytes(request: ConnectRequest): Buffer {
  const { protocolVersion, clientId, clean, keepAlive, username, password } = request;
  return packetBytes(FIRST.CONNECT, (body) => {
    writeText(body, "MQTT");
    body.byte(protocolVersion);
    const given = (username === undefined ? 0 : FLAG.USERNAME) | (password === undefined ? 0 : FLAG.PASSWORD);
    body.byte((clean ? FLAG.CLEAN : 0) | given);
    body.int16(keepAlive);
    if (protocolVersion === 5) writeConnectProperties(body, request);
    writeText(body, clientId);
    if (username !== undefined) writeText(body, username);
    if (password !== undefined) writeText(body, password);
  });
}

/** What is said even where it is the default: then there is no doubt about it. No topic aliases are taken. */
function writeConnectProperties(body: PacketOutput, request: ConnectRequest): void {
  body.varint(CONNECT_PROPERTIES_BYTES);
  body.byte(PROPERTY.SESSION_EXPIRY_INTERVAL);
  body.int32(request.sessionExpiryInterval);
  body.byte(PROPERTY.RECEIVE_MAXIMUM);
  body.int16(request.receiveMaximum);
  body.byte(PROPERTY.TOPIC_ALIAS_MAXIMUM);
  body.int16(0);
}

/** Bytes of a SUBSCRIBE (3.8); 3.1.1 knows of its options the QoS alone. @throws RangeError as {@link connectBytes} */
export function subscribeBytes(
  version: number,
  { packetId, subscriptionIdentifier, subscriptions }: SubscribePacket,
): Buffer {
  return packetBytes(FIRST.SUBSCRIBE, (body) => {
    body.int16(packetId);
    if (version === 5) {
      body.varint(subscriptionIdentifier === 0 ? 0 : 1 + varintBytes(subscriptionIdentifier));
      if (subscriptionIdentifier !== 0) {
        body.byte(PROPERTY.SUBSCRIPTION_IDENTIFIER);
        body.varint(subscriptionIdentifier);
      }
    }
    for (const { filter, qos, noLocal, retainAsPublished, retainHandling } of subscriptions) {
      writeText(body, filter);
      const more =
        (noLocal ? OPTION.NO_LOCAL : 0) |
        (retainAsPublished ? OPTION.RETAIN_AS_PUBLISHED : 0) |
        (retainHandling << OPTION.RETAIN_HANDLING_SHIFT);
      body.byte(version === 5 ? qos | more : qos);
    }
  });
}

/** Bytes of a DISCONNECT (3.14); 3.1.1 gives no reason. */
export function disconnectBytes(version: number, reasonCode = 0): Buffer {
  return version < 5 || reasonCode === 0
    ? Buffer.from([FIRST.DISCONNECT, 0])
    : Buffer.from([FIRST.DISCONNECT, 1, reasonCode]);
}

function packetBytes(first: number, write: (body: PacketOutput) => void): Buffer {
  const body = new PacketOutput();
  write(body);
  const header = new PacketOutput();
  header.byte(first);
  header.varint(body.length);
  return Buffer.concat([...header.take(), ...body.take()]);
}

function writeText(body: PacketOutput, text: string): void {
  const bytes = Buffer.from(text);
  if (bytes.length > LONGEST_FIELD) throw new RangeError(`a text of ${bytes.length} bytes in an MQTT packet`);
  body.int16(bytes.length);
  body.bytes(bytes);
}
