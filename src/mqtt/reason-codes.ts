/** MQTT 5 reason codes of CONNACK, PUBACK, SUBACK and DISCONNECT (MQTT 5, 2.4). */
export const REASON = {
  SUCCESS: 0x00,
  DISCONNECT_WITH_WILL: 0x04,
  NO_MATCHING_SUBSCRIBERS: 0x10,
  NO_SUBSCRIPTION_EXISTED: 0x11,
  UNSPECIFIED_ERROR: 0x80,
  MALFORMED_PACKET: 0x81,
  PROTOCOL_ERROR: 0x82,
  IMPLEMENTATION_SPECIFIC_ERROR: 0x83,
  UNSUPPORTED_PROTOCOL_VERSION: 0x84,
  CLIENT_IDENTIFIER_NOT_VALID: 0x85,
  BAD_USER_NAME_OR_PASSWORD: 0x86,
  NOT_AUTHORIZED: 0x87,
  SERVER_UNAVAILABLE: 0x88,
  SERVER_BUSY: 0x89,
  BANNED: 0x8a,
  SERVER_SHUTTING_DOWN: 0x8b,
  BAD_AUTHENTICATION_METHOD: 0x8c,
  KEEP_ALIVE_TIMEOUT: 0x8d,
  SESSION_TAKEN_OVER: 0x8e,
  TOPIC_FILTER_INVALID: 0x8f,
  TOPIC_NAME_INVALID: 0x90,
  PACKET_IDENTIFIER_IN_USE: 0x91,
  PACKET_IDENTIFIER_NOT_FOUND: 0x92,
  RECEIVE_MAXIMUM_EXCEEDED: 0x93,
  TOPIC_ALIAS_INVALID: 0x94,
  PACKET_TOO_LARGE: 0x95,
  MESSAGE_RATE_TOO_HIGH: 0x96,
  QUOTA_EXCEEDED: 0x97,
  ADMINISTRATIVE_ACTION: 0x98,
  PAYLOAD_FORMAT_INVALID: 0x99,
  RETAIN_NOT_SUPPORTED: 0x9a,
  QOS_NOT_SUPPORTED: 0x9b,
  USE_ANOTHER_SERVER: 0x9c,
  SERVER_MOVED: 0x9d,
  SHARED_SUBSCRIPTIONS_NOT_SUPPORTED: 0x9e,
  CONNECTION_RATE_EXCEEDED: 0x9f,
  MAXIMUM_CONNECT_TIME: 0xa0,
  SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED: 0xa1,
  WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED: 0xa2,
} as const;

/** A reason code of MQTT 5 (2.4), one of {@link REASON}. */
export type ReasonCode = (typeof REASON)[keyof typeof REASON];

/** Reason codes from here on are failures. */
export const FIRST_FAILURE = 0x80;

/** CONNACK return codes of MQTT 3.1.1 (3.2.2.3) and what MQTT 5 calls the same. */
const RETURN_CODES: ReadonlyMap<number, ReasonCode> = new Map([
  [1, REASON.UNSUPPORTED_PROTOCOL_VERSION],
  [2, REASON.CLIENT_IDENTIFIER_NOT_VALID],
  [3, REASON.SERVER_UNAVAILABLE],
  [4, REASON.BAD_USER_NAME_OR_PASSWORD],
  [5, REASON.NOT_AUTHORIZED],
]);

const WORDS: ReadonlyMap<number, string> = new Map(
  Object.entries(REASON).map(([name, code]) => [
    code,
    name.toLowerCase().replaceAll("_", " ").replace("qos", "QoS"),
  ]),
);

/** A code of CONNACK as a reason code, whichever version of MQTT it was given in. */
export function connackReason(code: number): number {
  return RETURN_CODES.get(code) ?? code;
}

/** What a client of MQTT 3.1.1 is told instead: its five return codes hold less; "not authorized" is the rest. */
export function connackReturnCode(reason: ReasonCode): number {
  const told = reason === REASON.CONNECTION_RATE_EXCEEDED ? REASON.SERVER_UNAVAILABLE : reason;
  for (const [returnCode, meaning] of RETURN_CODES) if (meaning === told) return returnCode;
  return 5;
}

/** A code as `0x87 not authorized`; of CONNACK in MQTT 3.1.1 as `0x05 not authorized`. */
export function reasonText(code: number, reasonString?: string): string {
  const hex = `0x${code.toString(16).padStart(2, "0")}`;
  const words = WORDS.get(connackReason(code)) ?? "a code that MQTT does not know";
  return reasonString === undefined ? `${hex} ${words}` : `${hex} ${words}: ${reasonString}`;
}
