import { ConcheError } from "../../errors/conche-error.ts";
import type { ReasonCode } from "../../mqtt/reason-codes.ts";
import type { ConsumerSettings } from "./options.ts";

/**
 * The broker sent what it must not send. Never leaves this adapter: the connection that meets one ends with its
 * reason code and reports a ConcheError.
 */
export class ProtocolViolation extends Error {
  override readonly name = "ProtocolViolation";
  /** With which this client leaves. */
  readonly reasonCode: ReasonCode;

  constructor(reasonCode: ReasonCode, message: string) {
    super(message);
    this.reasonCode = reasonCode;
  }
}

/** The broker sent what MQTT does not allow. Before it accepted CONNECT, it may be no broker at all. */
export function protocolBroken(
  settings: ConsumerSettings,
  violation: ProtocolViolation,
  connected: boolean,
): ConcheError {
  const { display, tls } = settings.address;
  return new ConcheError("CONCHE_BROKER_PROTOCOL", {
    message: `${display} ${connected ? "broke the protocol" : "does not answer as an MQTT broker"}: ${violation.message}`,
    ...(connected || tls
      ? {}
      : { hint: "check that it is an MQTT port, and one that does not want TLS (mqtts://)" }),
    cause: violation,
    retryable: true,
  });
}
