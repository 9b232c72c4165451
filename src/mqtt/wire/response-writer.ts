import { connackReturnCode, REASON, type ReasonCode } from "../reason-codes.ts";
import { textProperty } from "./message-properties.ts";
import { type PacketOutput, varintBytes } from "./packet-output.ts";
import { PROPERTY } from "./properties.ts";

/** First bytes of what a server answers with (2.1.2). */
export const PACKET = {
  CONNACK: 0x20,
  PUBACK: 0x40,
  PUBREC: 0x50,
  PUBREL: 0x62,
  PUBCOMP: 0x70,
  SUBACK: 0x90,
  UNSUBACK: 0xb0,
  PINGRESP: 0xd0,
  DISCONNECT: 0xe0,
} as const;

const NOTHING: Buffer = Buffer.alloc(0);
/** In 3.1.1, SUBACK knows one failure. */
const SUBACK_FAILURE = 0x80;
/** A reason in words is for people: longer ones are cut. */
const REASON_BYTES = 2_048;

/** What the server tells a client of MQTT 5 that it accepts (3.2.2.3); what is left out has its default. */
export interface ConnackLimits {
  readonly sessionExpirySeconds: number | undefined;
  readonly receiveMaximum: number;
  readonly maximumPacketSize: number;
  readonly assignedClientId: string | undefined;
  readonly topicAliasMaximum: number;
  readonly keepAliveSeconds: number | undefined;
}

/** A CONNACK that accepts (3.2). */
export function writeConnack(
  output: PacketOutput,
  version: number,
  sessionPresent: boolean,
  limits: ConnackLimits,
): void {
  // 3.1 has no session present flag.
  const present = sessionPresent && version > 3 ? 1 : 0;
  if (version < 5) {
    output.bytes(Buffer.from([PACKET.CONNACK, 2, present, 0]));
    return;
  }
  writeWithProperties(output, PACKET.CONNACK, [present, REASON.SUCCESS], connackProperties(limits));
}

function connackProperties(limits: ConnackLimits): Buffer {
  const { sessionExpirySeconds, assignedClientId, keepAliveSeconds } = limits;
  const parts: Buffer[] = [
    Buffer.from([PROPERTY.RECEIVE_MAXIMUM, ...int16(limits.receiveMaximum)]),
    Buffer.from([PROPERTY.MAXIMUM_PACKET_SIZE, ...int32(limits.maximumPacketSize)]),
    Buffer.from([PROPERTY.TOPIC_ALIAS_MAXIMUM, ...int16(limits.topicAliasMaximum)]),
  ];
  if (sessionExpirySeconds !== undefined)
    parts.push(Buffer.from([PROPERTY.SESSION_EXPIRY_INTERVAL, ...int32(sessionExpirySeconds)]));
  if (assignedClientId !== undefined)
    parts.push(textProperty(PROPERTY.ASSIGNED_CLIENT_IDENTIFIER, assignedClientId));
  if (keepAliveSeconds !== undefined)
    parts.push(Buffer.from([PROPERTY.SERVER_KEEP_ALIVE, ...int16(keepAliveSeconds)]));
  return Buffer.concat(parts);
}

/**
 * A CONNACK that refuses, in the words of the client's version (3.2.2.2).
 * @param largest as in {@link writeAcknowledgement} [MQTT-3.2.2-19]
 */
export function writeRefusal(
  output: PacketOutput,
  version: number,
  reason: ReasonCode,
  detail: string | undefined,
  largest?: number | undefined,
): void {
  if (version < 5) output.bytes(Buffer.from([PACKET.CONNACK, 2, 0, connackReturnCode(reason)]));
  else writeWithProperties(output, PACKET.CONNACK, [0, reason], reasonString(detail, largest));
}

/** SUBACK (3.9) or UNSUBACK (3.11); that of 3.1.1 names no filter. */
export function writeSuback(
  output: PacketOutput,
  type: typeof PACKET.SUBACK | typeof PACKET.UNSUBACK,
  version: number,
  packetId: number,
  reasons: readonly number[],
): void {
  const isSuback = type === PACKET.SUBACK;
  const codes = version === 5 ? reasons : isSuback ? reasons.map(codeOf311) : [];
  output.byte(type);
  output.varint(2 + (version === 5 ? 1 : 0) + codes.length);
  output.int16(packetId);
  if (version === 5) output.byte(0);
  for (const code of codes) output.byte(code);
}

function codeOf311(reason: number): number {
  return reason < SUBACK_FAILURE ? reason : SUBACK_FAILURE;
}

/**
 * PUBACK, PUBREC, PUBREL or PUBCOMP (3.4 to 3.7) with a reason; in 3.1.1 they have none.
 * @param detail the reason in words, for a client that wants them
 * @param largest the client's maximum packet size, bytes: of the words as much as fits
 */
export function writeAcknowledgement(
  output: PacketOutput,
  first: number,
  version: number,
  packetId: number,
  reason: number,
  detail?: string | undefined,
  largest?: number | undefined,
): void {
  if (version < 5 || (reason === 0 && detail === undefined)) {
    output.acknowledgement(first, packetId);
    return;
  }
  const properties = reasonString(detail, largest);
  const start = [packetId >> 8, packetId & 0xff, reason];
  if (properties.length > 0) writeWithProperties(output, first, start, properties);
  else output.bytes(Buffer.from([first, start.length, ...start]));
}

/**
 * A DISCONNECT of the server (3.14), which 3.1.1 doesn't know.
 * @param largest as in {@link writeAcknowledgement} [MQTT-3.14.2-3]
 */
export function writeDisconnect(
  output: PacketOutput,
  reason: ReasonCode,
  detail: string | undefined,
  largest?: number | undefined,
): void {
  writeWithProperties(output, PACKET.DISCONNECT, [reason], reasonString(detail, largest));
}

function writeWithProperties(
  output: PacketOutput,
  first: number,
  start: readonly number[],
  properties: Buffer,
): void {
  output.byte(first);
  output.varint(start.length + varintBytes(properties.length) + properties.length);
  for (const byte of start) output.byte(byte);
  output.varint(properties.length);
  output.bytes(properties);
}

/** What an acknowledgement has beside its reason string, bytes. */
const FRAME_BYTES = 16;

function reasonString(text: string | undefined, largest = Number.POSITIVE_INFINITY): Buffer {
  if (text === undefined) return NOTHING;
  const room = Math.min(REASON_BYTES, largest - FRAME_BYTES);
  if (room <= 0) return NOTHING;
  const bytes = Buffer.from(text);
  if (bytes.length <= room) return textProperty(PROPERTY.REASON_STRING, text);
  // A character that is cut in two is left out.
  const shown = bytes
    .subarray(0, room)
    .toString()
    .replace(/\ufffd$/, "");
  return textProperty(PROPERTY.REASON_STRING, shown);
}

function int16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

function int32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
