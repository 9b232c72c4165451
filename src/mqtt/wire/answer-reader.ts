import { FIRST_FAILURE, REASON } from "../reason-codes.ts";
import { FieldReader, malformed, protocolError } from "./field-reader.ts";
import { formOf, PROPERTY } from "./properties.ts";

/** A CONNACK (3.2): what the server allows, where it says so. */
export interface ConnackPacket {
  readonly cmd: "connack";
  readonly sessionPresent: boolean;
  /** The reason code; in 3.1.1 the return code. */
  readonly code: number;
  /** Seconds. */
  readonly sessionExpiryInterval: number | undefined;
  /** Seconds. */
  readonly serverKeepAlive: number | undefined;
  readonly receiveMaximum: number | undefined;
  readonly maximumQos: number | undefined;
  /** Bytes. */
  readonly maximumPacketSize: number | undefined;
  readonly retainAvailable: boolean | undefined;
  readonly reasonString: string | undefined;
}

/** A SUBACK (3.9). */
export interface SubackPacket {
  readonly cmd: "suback";
  readonly packetId: number;
  /** The QoS that is granted, or why it isn't, for each filter in its order. */
  readonly codes: readonly number[];
  readonly reasonString: string | undefined;
}

/** A PUBACK (3.4). */
export interface PubackPacket {
  readonly cmd: "puback";
  readonly packetId: number;
  readonly reasonCode: number;
  readonly reasonString: string | undefined;
}

/** A DISCONNECT of the server (3.14), which 3.1.1 doesn't know. */
export interface ServerDisconnect {
  readonly cmd: "disconnect";
  readonly reasonCode: number;
  readonly reasonString: string | undefined;
}

/** What a server sends but PUBLISH; `other` is what a client of QoS 1 that subscribes once has not asked for. */
export type ServerPacket =
  | ConnackPacket
  | SubackPacket
  | PubackPacket
  | ServerDisconnect
  | { readonly cmd: "pingresp" }
  | { readonly cmd: "other"; readonly name: string };

type Properties = ReadonlyMap<number, number | string | Buffer>;

const NONE: Properties = new Map();
const NAMES = [
  "packet of type 0",
  "connect",
  "connack",
  "publish",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "subscribe",
  "suback",
  "unsubscribe",
  "unsuback",
  "pingreq",
  "pingresp",
  "disconnect",
  "auth",
];
const TYPE = { CONNACK: 2, PUBACK: 4, SUBACK: 9, PINGRESP: 13, DISCONNECT: 14 } as const;
const MOST_QOS = 2;
const PUBACK_SUCCESSES: ReadonlySet<number> = new Set([REASON.SUCCESS, REASON.NO_MATCHING_SUBSCRIBERS]);

/** What a packet is called. */
export function packetWord(packet: ServerPacket): string {
  return packet.cmd === "other" ? packet.name : packet.cmd;
}

/**
 * Reads a packet of a server, but for PUBLISH. Of properties it is told more than it asks for: brokers have their own
 * ways, and to refuse one over a property that means nothing here would be to have no broker at all.
 * @throws ProtocolViolation
 */
export function readServerPacket(
  bytes: Buffer,
  bodyStart: number,
  end: number,
  version: number,
): ServerPacket {
  const type = (bytes[0] ?? 0) >> 4;
  const reader = new FieldReader(bytes, bodyStart, end);
  switch (type) {
    case TYPE.CONNACK:
      return readConnack(reader, version);
    case TYPE.PUBACK:
      return readPuback(reader, version);
    case TYPE.SUBACK:
      return readSuback(reader, version);
    case TYPE.DISCONNECT:
      return readDisconnect(reader, version);
    case TYPE.PINGRESP:
      return { cmd: "pingresp" };
    default:
      return { cmd: "other", name: NAMES[type] ?? "packet" };
  }
}

function readConnack(reader: FieldReader, version: number): ConnackPacket {
  const flags = reader.byte();
  if (flags > 1) throw malformed("reserved flags of CONNACK are set");
  const code = reader.byte();
  const given = propertiesAtEnd(reader, version);
  const retain = numberOf(given, PROPERTY.RETAIN_AVAILABLE);
  return {
    cmd: "connack",
    sessionPresent: flags === 1,
    code,
    sessionExpiryInterval: numberOf(given, PROPERTY.SESSION_EXPIRY_INTERVAL),
    serverKeepAlive: numberOf(given, PROPERTY.SERVER_KEEP_ALIVE),
    receiveMaximum: positive(given, PROPERTY.RECEIVE_MAXIMUM, "receiveMaximum"),
    maximumQos: numberOf(given, PROPERTY.MAXIMUM_QOS),
    maximumPacketSize: positive(given, PROPERTY.MAXIMUM_PACKET_SIZE, "maximumPacketSize"),
    retainAvailable: retain === undefined ? undefined : retain !== 0,
    reasonString: textOf(given, PROPERTY.REASON_STRING),
  };
}

function readPuback(reader: FieldReader, version: number): PubackPacket {
  const packetId = reader.int16();
  const reasonCode = reader.at < reader.end && version === 5 ? reader.byte() : 0;
  if (!PUBACK_SUCCESSES.has(reasonCode) && reasonCode < FIRST_FAILURE)
    throw malformed(`0x${reasonCode.toString(16)} in PUBACK`);
  const given = propertiesAtEnd(reader, version);
  return { cmd: "puback", packetId, reasonCode, reasonString: textOf(given, PROPERTY.REASON_STRING) };
}

function readSuback(reader: FieldReader, version: number): SubackPacket {
  const packetId = reader.int16();
  const given = version === 5 ? readProperties(reader) : NONE;
  const codes = [...reader.bytes.subarray(reader.at, reader.end)];
  for (const code of codes) {
    if (code > MOST_QOS && code < FIRST_FAILURE) throw malformed(`0x${code.toString(16)} in SUBACK`);
  }
  return { cmd: "suback", packetId, codes, reasonString: textOf(given, PROPERTY.REASON_STRING) };
}

function readDisconnect(reader: FieldReader, version: number): ServerDisconnect {
  const reasonCode = reader.at < reader.end && version === 5 ? reader.byte() : 0;
  const given = propertiesAtEnd(reader, version);
  return { cmd: "disconnect", reasonCode, reasonString: textOf(given, PROPERTY.REASON_STRING) };
}

/** Properties that may be left out where there are none, and end the packet. */
function propertiesAtEnd(reader: FieldReader, version: number): Properties {
  const given = version === 5 && reader.at < reader.end ? readProperties(reader) : NONE;
  if (reader.at !== reader.end) throw malformed("bytes behind the end of the packet");
  return given;
}

/** Every property that MQTT 5 knows, wherever it may belong. */
function readProperties(reader: FieldReader): Properties {
  const length = reader.varint();
  const start = reader.take(length);
  const inside = new FieldReader(reader.bytes, start, start + length);
  const given = new Map<number, number | string | Buffer>();
  while (inside.at < inside.end) {
    const id = inside.varint();
    const form = formOf(id);
    if (form === undefined) throw malformed(`unknown property ${id}`);
    if (form === "pair") {
      inside.lenientText();
      inside.lenientText();
    } else given.set(id, form === "text" ? inside.lenientText() : inside[form]());
  }
  return given;
}

function numberOf(given: Properties, id: number): number | undefined {
  const value = given.get(id);
  return typeof value === "number" ? value : undefined;
}

/** A value that may not be 0: nothing could be sent then. */
function positive(given: Properties, id: number, name: string): number | undefined {
  const value = numberOf(given, id);
  if (value === 0) throw protocolError(`${name} 0`);
  return value;
}

function textOf(given: Properties, id: number): string | undefined {
  const value = given.get(id);
  return typeof value === "string" ? value : undefined;
}
