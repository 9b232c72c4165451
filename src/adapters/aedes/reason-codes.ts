/** MQTT 5 reason codes that this broker gives itself (MQTT 5, 2.4). */
export const REASON = {
  UNSPECIFIED: 0x80,
  MALFORMED_PACKET: 0x81,
  PROTOCOL_ERROR: 0x82,
  UNSUPPORTED_PROTOCOL_VERSION: 0x84,
  CLIENT_IDENTIFIER_NOT_VALID: 0x85,
  BAD_USER_NAME_OR_PASSWORD: 0x86,
  NOT_AUTHORIZED: 0x87,
  SERVER_UNAVAILABLE: 0x88,
  SERVER_SHUTTING_DOWN: 0x8b,
  BAD_AUTHENTICATION_METHOD: 0x8c,
  KEEP_ALIVE_TIMEOUT: 0x8d,
  SESSION_TAKEN_OVER: 0x8e,
  TOPIC_FILTER_INVALID: 0x8f,
  TOPIC_NAME_INVALID: 0x90,
  RECEIVE_MAXIMUM_EXCEEDED: 0x93,
  TOPIC_ALIAS_INVALID: 0x94,
  PACKET_TOO_LARGE: 0x95,
  QUOTA_EXCEEDED: 0x97,
  QOS_NOT_SUPPORTED: 0x9b,
  CONNECTION_RATE_EXCEEDED: 0x9f,
} as const;

export type ReasonCode = (typeof REASON)[keyof typeof REASON];

/** MQTT 3.1.1 CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const LEGACY_CONNACK: Readonly<Partial<Record<ReasonCode, number>>> = {
  [REASON.UNSUPPORTED_PROTOCOL_VERSION]: 1,
  [REASON.CLIENT_IDENTIFIER_NOT_VALID]: 2,
  [REASON.SERVER_UNAVAILABLE]: 3,
  [REASON.CONNECTION_RATE_EXCEEDED]: 3,
  [REASON.BAD_USER_NAME_OR_PASSWORD]: 4,
};

/** What a client of MQTT 3.1.1 is told instead: its five return codes hold less; "not authorized" is the rest. */
export function connackReturnCode(reason: ReasonCode): number {
  return LEGACY_CONNACK[reason] ?? 5;
}
