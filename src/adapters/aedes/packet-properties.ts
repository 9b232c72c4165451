import { REASON, type ReasonCode } from "../../mqtt/reason-codes.ts";

/** Why a packet can't be taken. */
export interface PacketFault {
  readonly reason: ReasonCode;
  readonly detail: string;
}

/** MQTT 5 properties as the parser reads them: a property that came twice is an array. */
export type ParsedProperties = Readonly<Record<string, unknown>>;

const PUBLISH = [
  "payloadFormatIndicator",
  "messageExpiryInterval",
  "topicAlias",
  "responseTopic",
  "correlationData",
  "userProperties",
  "contentType",
];

/** Which properties each packet of a client may carry (MQTT 5, 2.2.2.2). */
const ALLOWED = {
  connect: new Set([
    "sessionExpiryInterval",
    "receiveMaximum",
    "maximumPacketSize",
    "topicAliasMaximum",
    "requestResponseInformation",
    "requestProblemInformation",
    "userProperties",
    "authenticationMethod",
    "authenticationData",
  ]),
  will: new Set([...PUBLISH.filter((name) => name !== "topicAlias"), "willDelayInterval"]),
  publish: new Set(PUBLISH),
  subscribe: new Set(["subscriptionIdentifier", "userProperties"]),
  unsubscribe: new Set(["userProperties"]),
  disconnect: new Set(["sessionExpiryInterval", "reasonString", "userProperties"]),
  acknowledgement: new Set(["reasonString", "userProperties"]),
} as const satisfies Record<string, ReadonlySet<string>>;

/** A packet that carries properties; all acknowledgements carry the same. */
export type PropertyPlace = keyof typeof ALLOWED;

/**
 * Checks what the parser lets through: properties of another packet, properties given twice (arrays, which nobody
 * behind the parser expects), values that reach past the end of the packet, NUL characters.
 */
export function propertiesFault(
  place: PropertyPlace,
  properties: ParsedProperties | undefined,
): PacketFault | undefined {
  if (properties === undefined) return undefined;
  const allowed: ReadonlySet<string> = ALLOWED[place];
  for (const [name, value] of Object.entries(properties)) {
    if (!allowed.has(name)) return protocolError(`${name} is not a property of this packet`);
    if (name === "userProperties") {
      if (!userPropertiesRead(value)) return malformed("a user property reaches past the end of the packet");
      continue;
    }
    if (Array.isArray(value)) return protocolError(`${name} is given twice`);
    if (value === null || value === undefined || value === -1) return malformed(`${name} is cut short`);
    if (typeof value === "string" && value.includes("\0")) return malformed(`${name} has a NUL character`);
  }
  return undefined;
}

function userPropertiesRead(properties: unknown): boolean {
  if (typeof properties !== "object" || properties === null) return false;
  for (const value of Object.values(properties).flat()) {
    if (typeof value !== "string" || value.includes("\0")) return false;
  }
  return true;
}

/** A fault that ends the connection with reason code 0x81 (MQTT 5, 4.13). */
export function malformed(detail: string): PacketFault {
  return { reason: REASON.MALFORMED_PACKET, detail };
}

/** A fault that ends the connection with reason code 0x82 (MQTT 5, 4.13). */
export function protocolError(detail: string): PacketFault {
  return { reason: REASON.PROTOCOL_ERROR, detail };
}
