/** MQTT 5 reason codes with which this client leaves a broker that breaks the protocol. */
export const VIOLATION = {
  malformed: 0x81,
  protocolError: 0x82,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  qosNotSupported: 0x9b,
} as const;

/**
 * The broker sent what it must not send. Never leaves this adapter: the connection that meets one ends with its
 * reason code and reports a ConcheError.
 */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
  readonly reasonCode: number;

  constructor(reason: keyof typeof VIOLATION, message: string) {
    super(message);
    this.reasonCode = VIOLATION[reason];
  }
}
