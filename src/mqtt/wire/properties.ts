import { type FieldReader, malformed, protocolError } from "./field-reader.ts";

/** How the value of a property is written (MQTT 5, 2.2.2.2). */
export type PropertyForm = "byte" | "int16" | "int32" | "varint" | "text" | "binary" | "pair";

/** The identifiers of properties that are asked for one by one (MQTT 5, 2.2.2.2). */
export const PROPERTY = {
  PAYLOAD_FORMAT_INDICATOR: 1,
  MESSAGE_EXPIRY_INTERVAL: 2,
  CONTENT_TYPE: 3,
  RESPONSE_TOPIC: 8,
  CORRELATION_DATA: 9,
  SUBSCRIPTION_IDENTIFIER: 11,
  SESSION_EXPIRY_INTERVAL: 17,
  ASSIGNED_CLIENT_IDENTIFIER: 18,
  SERVER_KEEP_ALIVE: 19,
  AUTHENTICATION_METHOD: 21,
  AUTHENTICATION_DATA: 22,
  REQUEST_PROBLEM_INFORMATION: 23,
  WILL_DELAY_INTERVAL: 24,
  REQUEST_RESPONSE_INFORMATION: 25,
  REASON_STRING: 31,
  RECEIVE_MAXIMUM: 33,
  TOPIC_ALIAS_MAXIMUM: 34,
  TOPIC_ALIAS: 35,
  MAXIMUM_QOS: 36,
  RETAIN_AVAILABLE: 37,
  USER_PROPERTY: 38,
  MAXIMUM_PACKET_SIZE: 39,
} as const;

interface PropertyKind {
  readonly name: string;
  readonly form: PropertyForm;
  /** Values that are protocol errors are refused: 0 where it means nothing, above 1 for what is yes or no. */
  readonly least?: number;
  readonly most?: number;
}

const KINDS: readonly (PropertyKind | undefined)[] = Object.assign(new Array<PropertyKind | undefined>(43), {
  1: { name: "payloadFormatIndicator", form: "byte", most: 1 },
  2: { name: "messageExpiryInterval", form: "int32" },
  3: { name: "contentType", form: "text" },
  8: { name: "responseTopic", form: "text" },
  9: { name: "correlationData", form: "binary" },
  11: { name: "subscriptionIdentifier", form: "varint", least: 1 },
  17: { name: "sessionExpiryInterval", form: "int32" },
  18: { name: "assignedClientIdentifier", form: "text" },
  19: { name: "serverKeepAlive", form: "int16" },
  21: { name: "authenticationMethod", form: "text" },
  22: { name: "authenticationData", form: "binary" },
  23: { name: "requestProblemInformation", form: "byte", most: 1 },
  24: { name: "willDelayInterval", form: "int32" },
  25: { name: "requestResponseInformation", form: "byte", most: 1 },
  26: { name: "responseInformation", form: "text" },
  28: { name: "serverReference", form: "text" },
  31: { name: "reasonString", form: "text" },
  33: { name: "receiveMaximum", form: "int16", least: 1 },
  34: { name: "topicAliasMaximum", form: "int16" },
  35: { name: "topicAlias", form: "int16" },
  36: { name: "maximumQoS", form: "byte", most: 1 },
  37: { name: "retainAvailable", form: "byte", most: 1 },
  38: { name: "userProperties", form: "pair" },
  39: { name: "maximumPacketSize", form: "int32", least: 1 },
  40: { name: "wildcardSubscriptionAvailable", form: "byte", most: 1 },
  41: { name: "subscriptionIdentifiersAvailable", form: "byte", most: 1 },
  42: { name: "sharedSubscriptionAvailable", form: "byte", most: 1 },
} satisfies Record<number, PropertyKind>);

const { PAYLOAD_FORMAT_INDICATOR, MESSAGE_EXPIRY_INTERVAL, CONTENT_TYPE, RESPONSE_TOPIC } = PROPERTY;
const MESSAGE = [
  PAYLOAD_FORMAT_INDICATOR,
  MESSAGE_EXPIRY_INTERVAL,
  CONTENT_TYPE,
  RESPONSE_TOPIC,
  PROPERTY.CORRELATION_DATA,
  PROPERTY.USER_PROPERTY,
];

/** Which properties each packet of a client may carry (MQTT 5, 2.2.2.2). */
const ALLOWED = {
  connect: [17, 21, 22, 23, 25, 33, 34, 38, 39],
  will: [...MESSAGE, PROPERTY.WILL_DELAY_INTERVAL],
  publish: [...MESSAGE, PROPERTY.TOPIC_ALIAS],
  subscribe: [PROPERTY.SUBSCRIPTION_IDENTIFIER, PROPERTY.USER_PROPERTY],
  unsubscribe: [PROPERTY.USER_PROPERTY],
  disconnect: [PROPERTY.SESSION_EXPIRY_INTERVAL, PROPERTY.REASON_STRING, PROPERTY.USER_PROPERTY],
  acknowledgement: [PROPERTY.REASON_STRING, PROPERTY.USER_PROPERTY],
  auth: [21, 22, PROPERTY.REASON_STRING, PROPERTY.USER_PROPERTY],
} as const satisfies Record<string, readonly number[]>;

/** A packet that carries properties; all acknowledgements carry the same. */
export type PropertyPlace = keyof typeof ALLOWED;

const ALLOWED_SETS: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  Object.entries(ALLOWED).map(([place, ids]) => [place, new Set<number>(ids)]),
);

/** Called for each property but user properties, its value just behind the reader's place. */
type EachProperty = (id: number, value: number | string | Buffer) => void;

const NOTHING: EachProperty = () => {};

/**
 * Reads the properties of a packet, all checks made: known, allowed in this packet, given once, values that can be.
 * @throws ProtocolViolation
 */
export function readProperties(
  reader: FieldReader,
  place: PropertyPlace,
  each: EachProperty = NOTHING,
): void {
  const length = reader.varint();
  const packetEnd = reader.end;
  const end = reader.at + length;
  if (end > packetEnd) throw malformed("properties that reach past the end of the packet");
  reader.end = end;
  let given = 0n;
  while (reader.at < end) {
    const id = reader.varint();
    const kind = checkedKind(id, place);
    if (kind.form === "pair") {
      reader.skipText();
      reader.skipText();
      continue;
    }
    const bit = 1n << BigInt(id);
    if ((given & bit) !== 0n) throw protocolError(`${kind.name} is given twice`);
    given |= bit;
    const value = reader[kind.form]();
    if (typeof value === "number") checkRange(value, kind);
    each(id, value);
  }
  reader.end = packetEnd;
}

/** How the value of the property is written; undefined for one that MQTT 5 doesn't know. */
export function formOf(id: number): PropertyForm | undefined {
  return KINDS[id]?.form;
}

/** The property of this number, which must be one that the packet may carry. @throws ProtocolViolation */
export function checkedKind(id: number, place: PropertyPlace): PropertyKind {
  const kind = KINDS[id];
  if (kind === undefined) throw malformed(`unknown property ${id}`);
  if (ALLOWED_SETS.get(place)?.has(id) !== true)
    throw protocolError(`${kind.name} is not a property of this packet`);
  return kind;
}

function checkRange(value: number, { name, least = 0, most = Number.MAX_SAFE_INTEGER }: PropertyKind): void {
  if (value < least || value > most) throw protocolError(`${name} ${value}`);
}
