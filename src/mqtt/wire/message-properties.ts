import type { UserProperties } from "../../contract/identity.ts";
import type { DeliveredProperties } from "../delivery.ts";
import { FieldReader, malformed, protocolError } from "./field-reader.ts";
import { checkedKind, PROPERTY, type PropertyPlace } from "./properties.ts";
import { knownText } from "./text-memory.ts";

/** What a user property takes beside its text: two strings and their places. */
const USER_PROPERTY_BYTES = 80;
const EMPTY: Buffer = Buffer.alloc(0);

/** DeliveredProperties while they are being read. */
interface PropertiesInProgress {
  contentType?: string;
  payloadFormatIndicator?: boolean;
  userProperties?: Record<string, string | string[]>;
  messageExpiryInterval?: number;
  responseTopic?: string;
  correlationData?: Buffer;
}

/**
 * The properties of a PUBLISH or a will as they travel: checked when they come, read when somebody asks, and passed on
 * as the bytes they are, so that user properties keep their order [MQTT-3.3.2-18] and nothing is written anew for each
 * subscriber. What counts on one connection only (topic alias, will delay) and what is counted down (expiry) is out.
 */
export class MessageProperties {
  /** The stretch of `bytes` that is passed on. */
  bytes: Buffer;
  start: number;
  end: number;
  /** Message Expiry Interval as it came, seconds; undefined: none. */
  readonly expirySeconds: number | undefined;
  /** What they take once they are read, beside their bytes. */
  readonly heldBytes: number;
  #read: DeliveredProperties | undefined;

  constructor(
    bytes: Buffer,
    start: number,
    end: number,
    expirySeconds: number | undefined,
    userProperties: number,
  ) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.expirySeconds = expirySeconds;
    this.heldBytes = end - start + userProperties * USER_PROPERTY_BYTES;
  }

  get delivered(): DeliveredProperties {
    this.#read ??= readDelivered(this);
    return this.#read;
  }

  /** Holds its own bytes from now on, and not all that was read from the network with them. */
  keep(): void {
    if (this.bytes.length === this.end - this.start) return;
    this.bytes = Buffer.from(this.bytes.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.#read = undefined;
  }
}

/** What of the properties counts at once. */
export interface ReadMessageProperties {
  properties: MessageProperties | undefined;
  topicAlias: number | undefined;
  /** Of a will, seconds. */
  willDelay: number;
}

const NONE: ReadMessageProperties = { properties: undefined, topicAlias: undefined, willDelay: 0 };
const { TOPIC_ALIAS, MESSAGE_EXPIRY_INTERVAL, WILL_DELAY_INTERVAL, USER_PROPERTY, RESPONSE_TOPIC } = PROPERTY;

/**
 * Checks the properties of a PUBLISH or a will, its length first.
 * @throws ProtocolViolation
 */
export function readMessageProperties(reader: FieldReader, place: "publish" | "will"): ReadMessageProperties {
  const length = reader.varint();
  if (length === 0) return NONE;
  const packetEnd = reader.end;
  const start = reader.at;
  const end = start + length;
  if (end > packetEnd) throw malformed("properties that reach past the end of the packet");
  reader.end = end;
  let given = 0;
  let givenHigh = 0;
  let userProperties = 0;
  let expirySeconds: number | undefined;
  let topicAlias: number | undefined;
  let willDelay = 0;
  /** What is passed on, once something is left out. */
  let passed: Buffer[] | undefined;
  while (reader.at < end) {
    const from = reader.at;
    const id = reader.byte();
    if (id === USER_PROPERTY) {
      reader.skipText();
      reader.skipText();
      userProperties++;
    } else {
      const bit = 1 << (id & 31);
      if (((id < 32 ? given : givenHigh) & bit) !== 0) {
        throw protocolError(`${checkedKind(id, place).name} is given twice`);
      }
      if (id < 32) given |= bit;
      else givenHigh |= bit;
      switch (id) {
        case TOPIC_ALIAS:
          checkedKind(id, place);
          topicAlias = reader.int16();
          break;
        case MESSAGE_EXPIRY_INTERVAL:
          expirySeconds = reader.int32();
          break;
        case WILL_DELAY_INTERVAL:
          checkedKind(id, place);
          willDelay = reader.int32();
          break;
        default:
          skipValue(reader, id, place);
      }
      if (id === TOPIC_ALIAS || id === MESSAGE_EXPIRY_INTERVAL || id === WILL_DELAY_INTERVAL) {
        passed ??= [reader.bytes.subarray(start, from)];
        continue;
      }
    }
    passed?.push(reader.bytes.subarray(from, reader.at));
  }
  reader.end = packetEnd;
  const bytes = passed === undefined ? reader.bytes : Buffer.concat(passed);
  const [first, last] = passed === undefined ? [start, end] : [0, bytes.length];
  if (first === last && expirySeconds === undefined) return { properties: undefined, topicAlias, willDelay };
  const properties = new MessageProperties(bytes, first, last, expirySeconds, userProperties);
  return { properties, topicAlias, willDelay };
}

function skipValue(reader: FieldReader, id: number, place: PropertyPlace): void {
  const { name, form } = checkedKind(id, place);
  if (form === "binary") reader.take(reader.int16());
  else if (form === "byte") {
    const value = reader.byte();
    if (value > 1) throw protocolError(`${name} ${value}`);
  } else if (id === RESPONSE_TOPIC) {
    const topic = reader.text();
    // It is a topic name [MQTT-3.3.2-14]; that of a will is judged with the will.
    if (place === "publish" && (topic === "" || /[+#]/.test(topic)))
      throw protocolError("a response topic that is no topic name");
  } else reader.skipText();
}

/** Properties that were checked before. */
function readDelivered({ bytes, start, end, expirySeconds }: MessageProperties): DeliveredProperties {
  const reader = new FieldReader(bytes, start, end);
  const read: PropertiesInProgress = {};
  while (reader.at < end) {
    switch (reader.byte()) {
      case USER_PROPERTY:
        addUserProperty(read, knownText(reader), knownText(reader));
        break;
      case PROPERTY.CONTENT_TYPE:
        read.contentType = knownText(reader);
        break;
      case PROPERTY.PAYLOAD_FORMAT_INDICATOR:
        read.payloadFormatIndicator = reader.byte() !== 0;
        break;
      case RESPONSE_TOPIC:
        read.responseTopic = knownText(reader);
        break;
      case PROPERTY.CORRELATION_DATA:
        read.correlationData = reader.binary();
        break;
    }
  }
  if (expirySeconds !== undefined) read.messageExpiryInterval = expirySeconds;
  return read;
}

/** Without a prototype of its own, so that a property named __proto__ is one like any other; quick to fill. */
function UserPropertyBag(this: unknown): void {}
UserPropertyBag.prototype = Object.create(null);
const NewBag = UserPropertyBag as unknown as new () => Record<string, string | string[]>;

function addUserProperty(properties: PropertiesInProgress, name: string, value: string): void {
  properties.userProperties ??= new NewBag();
  const earlier = properties.userProperties[name];
  if (earlier === undefined) properties.userProperties[name] = value;
  else if (typeof earlier === "string") properties.userProperties[name] = [earlier, value];
  else earlier.push(value);
}

/** Properties that this process gives a message itself. */
export function writtenProperties(
  given: Omit<DeliveredProperties, "userProperties">,
  userProperties: UserProperties | undefined,
): MessageProperties | undefined {
  const { contentType, payloadFormatIndicator, responseTopic, correlationData, messageExpiryInterval } =
    given;
  const parts: Buffer[] = [];
  if (payloadFormatIndicator !== undefined) {
    parts.push(Buffer.from([PROPERTY.PAYLOAD_FORMAT_INDICATOR, payloadFormatIndicator ? 1 : 0]));
  }
  if (contentType !== undefined) parts.push(textProperty(PROPERTY.CONTENT_TYPE, contentType));
  if (responseTopic !== undefined) parts.push(textProperty(RESPONSE_TOPIC, responseTopic));
  if (correlationData !== undefined) {
    parts.push(Buffer.from([PROPERTY.CORRELATION_DATA]), withLength(Buffer.from(correlationData)));
  }
  let pairs = 0;
  for (const [name, values] of Object.entries(userProperties ?? {})) {
    for (const value of typeof values === "string" ? [values] : values) {
      parts.push(textProperty(USER_PROPERTY, name), withLength(Buffer.from(value)));
      pairs++;
    }
  }
  if (parts.length === 0 && messageExpiryInterval === undefined) return undefined;
  const bytes = parts.length === 0 ? EMPTY : Buffer.concat(parts);
  return new MessageProperties(bytes, 0, bytes.length, messageExpiryInterval, pairs);
}

/** A property that is a text, whole. */
export function textProperty(id: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([id]), withLength(Buffer.from(text))]);
}

function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
