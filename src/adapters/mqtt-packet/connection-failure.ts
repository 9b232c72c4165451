import type { IDisconnectPacket } from "mqtt-packet";
import { ConcheError } from "../../errors/conche-error.ts";
import { reasonText } from "../../mqtt/reason-codes.ts";
import type { ConsumerSettings } from "./options.ts";
import type { ProtocolViolation } from "./protocol-violation.ts";

/** Reasons of a broker's DISCONNECT that pass by themselves: it stops, is busy, or did not hear from us. */
const PASSING_REASONS: ReadonlySet<number> = new Set([0x00, 0x88, 0x89, 0x8b, 0x8d]);
const SESSION_TAKEN_OVER = 0x8e;

/** No connection, or no answer on it. */
export function unreachable(settings: ConsumerSettings, why: string): ConcheError {
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `no connection to ${settings.address.display}: ${why}`,
    retryable: true,
  });
}

/** The broker closed or reset the socket and, on MQTT 5, sent no DISCONNECT. */
export function closedByBroker(settings: ConsumerSettings, connected: boolean): ConcheError {
  const { address, protocol, clientId } = settings;
  if (connected) {
    return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
      message: `${address.display} closed the connection`,
      hint: `check the broker's log; if it keeps happening, another client may use the client id "${clientId}"`,
      retryable: true,
    });
  }
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `${address.display} closed the connection without answering CONNECT`,
    hint: [
      address.tls
        ? "check that the port takes TLS, and whether the broker wants a client certificate"
        : "check that the port does not want TLS (mqtts://)",
      ...(protocol === 5 ? ["that the broker speaks MQTT 5 (else choose MQTT 3.1.1, protocol 4)"] : []),
      "and the broker's log",
    ].join(", "),
    retryable: true,
  });
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

/** The broker said why it ends the connection (MQTT 5). */
export function brokerDisconnect(settings: ConsumerSettings, packet: IDisconnectPacket): ConcheError {
  const reason = packet.reasonCode ?? 0;
  const message = `${settings.address.display} ended the connection: ${reasonText(reason, packet.properties?.reasonString)}`;
  if (PASSING_REASONS.has(reason)) {
    return new ConcheError("CONCHE_BROKER_UNREACHABLE", { message, retryable: true });
  }
  if (reason === SESSION_TAKEN_OVER) {
    return new ConcheError("CONCHE_CLIENT_ID_TAKEN", {
      message: `${settings.address.display}: another client has connected with the client id "${settings.clientId}"`,
      retryable: true,
    });
  }
  return new ConcheError("CONCHE_BROKER_REFUSED", { message, retryable: true });
}
