import { REASON, type ReasonCode } from "../reason-codes.ts";
import { FieldReader, malformed, protocolError } from "./field-reader.ts";
import { type MessageProperties, readMessageProperties } from "./message-properties.ts";
import { PROPERTY, readProperties } from "./properties.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/** Versions by their number on the wire: 3.1, 3.1.1, 5. */
export type ProtocolVersion = 3 | 4 | 5;

/** The will of a CONNECT. */
export interface ConnectWill {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties: MessageProperties | undefined;
  /** Will Delay Interval, seconds. */
  readonly delaySeconds: number;
}

/** A CONNECT. What a client leaves out has the value that the specification gives it. */
export interface ConnectPacket {
  readonly protocolVersion: ProtocolVersion;
  /** Clean Start; Clean Session in 3.1.1. */
  readonly clean: boolean;
  /** Seconds; 0: none. */
  readonly keepAlive: number;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly will: ConnectWill | undefined;
  /** Seconds; MQTT 5 only. */
  readonly sessionExpiryInterval: number;
  readonly receiveMaximum: number;
  /** Bytes; Infinity: none. */
  readonly maximumPacketSize: number;
  readonly topicAliasMaximum: number;
  readonly requestProblemInformation: boolean;
  readonly authenticationMethod: string | undefined;
}

const FLAG = { RESERVED: 1, CLEAN: 2, WILL: 4, WILL_RETAIN: 32, PASSWORD: 64, USERNAME: 128 } as const;
const LARGEST_RECEIVE_MAXIMUM = 65_535;

/** A CONNECT that can't be taken, with the version that it should be answered in; 0 where there is none. */
export class ConnectViolation extends ProtocolViolation {
  readonly version: ProtocolVersion | 0;

  constructor(version: ProtocolVersion | 0, reasonCode: ReasonCode, message: string) {
    super(reasonCode, message);
    this.version = version;
  }
}

/** Reads a CONNECT (MQTT 5, 3.1). @throws ConnectViolation */
export function readConnect(bytes: Buffer, bodyStart: number, end: number): ConnectPacket {
  const reader = new FieldReader(bytes, bodyStart, end);
  let version: ProtocolVersion | 0 = 0;
  try {
    version = readVersion(reader);
    return readFields(reader, version);
  } catch (error) {
    if (error instanceof ProtocolViolation && !(error instanceof ConnectViolation))
      throw new ConnectViolation(version, error.reasonCode, error.message);
    throw error;
  }
}

function readVersion(reader: FieldReader): ProtocolVersion {
  const name = reader.text();
  const version = reader.byte();
  if (name === "MQIsdp" && version === 3) return 3;
  if (name !== "MQTT") throw protocolError(`the protocol ${JSON.stringify(name.slice(0, 20))}`);
  if (version === 4 || version === 5) return version;
  const detail = `version ${version} of the protocol`;
  throw new ConnectViolation(version > 5 ? 5 : 4, REASON.UNSUPPORTED_PROTOCOL_VERSION, detail);
}

function readFields(reader: FieldReader, protocolVersion: ProtocolVersion): ConnectPacket {
  const flags = reader.byte();
  checkFlags(flags, protocolVersion);
  const has = (flag: number) => (flags & flag) !== 0;
  const keepAlive = reader.int16();
  const given = new Map<number, number | string | Buffer>();
  if (protocolVersion === 5) readProperties(reader, "connect", (id, value) => given.set(id, value));
  const clientId = reader.text();
  const will = has(FLAG.WILL) ? readWill(reader, protocolVersion, flags) : undefined;
  const username = has(FLAG.USERNAME) ? reader.text() : undefined;
  const password = has(FLAG.PASSWORD) ? Buffer.from(reader.binary()) : undefined;
  if (reader.at !== reader.end) throw malformed("bytes behind the end of the packet");
  const number = (id: number, otherwise: number) => {
    const value = given.get(id);
    return typeof value === "number" ? value : otherwise;
  };
  const method = given.get(PROPERTY.AUTHENTICATION_METHOD);
  if (method === undefined && given.has(PROPERTY.AUTHENTICATION_DATA))
    throw protocolError("authentication data without a method");
  return {
    protocolVersion,
    clean: has(FLAG.CLEAN),
    keepAlive,
    clientId,
    username,
    password,
    will,
    sessionExpiryInterval: number(PROPERTY.SESSION_EXPIRY_INTERVAL, 0),
    receiveMaximum: number(PROPERTY.RECEIVE_MAXIMUM, LARGEST_RECEIVE_MAXIMUM),
    maximumPacketSize: number(PROPERTY.MAXIMUM_PACKET_SIZE, Number.POSITIVE_INFINITY),
    topicAliasMaximum: number(PROPERTY.TOPIC_ALIAS_MAXIMUM, 0),
    requestProblemInformation: number(PROPERTY.REQUEST_PROBLEM_INFORMATION, 1) === 1,
    authenticationMethod: typeof method === "string" ? method : undefined,
  };
}

function checkFlags(flags: number, version: ProtocolVersion): void {
  if ((flags & FLAG.RESERVED) !== 0) throw malformed("the reserved flag of CONNECT is set");
  const willQos = (flags >> 3) & 3;
  if (willQos === 3) throw malformed("a will with QoS 3");
  if ((flags & FLAG.WILL) === 0 && (willQos !== 0 || (flags & FLAG.WILL_RETAIN) !== 0))
    throw malformed("QoS or retain of a will that isn't there");
  if (version < 5 && (flags & FLAG.PASSWORD) !== 0 && (flags & FLAG.USERNAME) === 0)
    throw malformed("a password without a user name");
}

function readWill(reader: FieldReader, version: ProtocolVersion, flags: number): ConnectWill {
  const read = version === 5 ? readMessageProperties(reader, "will") : undefined;
  const topic = reader.textOrNul();
  // Copied, as it is kept for as long as the connection.
  const payload = Buffer.from(reader.binary());
  read?.properties?.keep();
  return {
    topic,
    payload,
    qos: ((flags >> 3) & 3) as 0 | 1 | 2,
    retain: (flags & FLAG.WILL_RETAIN) !== 0,
    properties: read?.properties,
    delaySeconds: read?.willDelay ?? 0,
  };
}
