import { ConcheError } from "../../errors/conche-error.ts";
import type { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import type { ConsumerSettings } from "./options.ts";

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
