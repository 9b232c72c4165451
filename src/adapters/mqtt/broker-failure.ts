import type { IDisconnectPacket } from "mqtt";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";

/** CONNACK codes that may pass by themselves: server unavailable or busy, connection rate exceeded. */
const PASSING: ReadonlySet<number> = new Set([3, 0x88, 0x89, 0x9f]);
/** CONNACK codes for "does not speak this version of MQTT". */
const OTHER_VERSION: ReadonlySet<number> = new Set([1, 0x84]);
/** DISCONNECT: another client has connected with this client id. */
const SESSION_TAKEN_OVER = 0x8e;
/** OpenSSL's names for a certificate that failed the check, and Node's for one of another host. */
const CERTIFICATE_ERROR =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|HOSTNAME_MISMATCH)/;

/** What MQTT.js reports as an error, in the product's terms. Errors that the same attempt may get past are retryable. */
export function connectionFailure(display: string, protocol: 4 | 5, cause: unknown): ConcheError {
  const reasonCode = numericCodeOf(cause);
  if (reasonCode !== undefined) return refusal(display, protocol, reasonCode, cause);
  const code = systemCodeOf(cause) ?? "";
  if (CERTIFICATE_ERROR.test(code)) {
    return new ConcheError("CONCHE_BROKER_CERTIFICATE", {
      message: `the certificate of ${display} is not accepted: ${messageOf(cause)} (${code})`,
      cause,
    });
  }
  return unreachable(display, messageOf(cause) || code, cause);
}

function refusal(display: string, protocol: 4 | 5, reasonCode: number, cause: unknown): ConcheError {
  const message = `${display}: ${messageOf(cause)} (${reasonCode})`;
  if (PASSING.has(reasonCode)) return unreachable(display, messageOf(cause), cause);
  return new ConcheError("CONCHE_BROKER_REFUSED", {
    message,
    cause,
    hint:
      protocol === 5 && OTHER_VERSION.has(reasonCode)
        ? "the broker does not speak MQTT 5: choose MQTT 3.1.1 (protocol 4)"
        : "check the client id, user name, password and client certificate",
  });
}

/** There is no connection, or not any more. */
export function unreachable(display: string, why: string, cause?: unknown): ConcheError {
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `no connection to ${display}: ${why}`,
    cause,
    retryable: true,
  });
}

/** The broker's own reason for ending a connection (MQTT 5). */
export function disconnectReason(packet: IDisconnectPacket): string {
  const reason = `ended by the broker with reason 0x${(packet.reasonCode ?? 0).toString(16).padStart(2, "0")}`;
  const text = packet.properties?.reasonString;
  return text === undefined ? reason : `${reason}: ${text}`;
}

/** Why the broker ended a connection, as an error. */
export function disconnected(display: string, clientId: string, packet: IDisconnectPacket): ConcheError {
  if (packet.reasonCode !== SESSION_TAKEN_OVER) return unreachable(display, disconnectReason(packet));
  return new ConcheError("CONCHE_CLIENT_ID_TAKEN", {
    message: `${display}: another client has connected with the client id "${clientId}"`,
    retryable: true,
  });
}

/** MQTT.js puts the MQTT reason code where Node puts a system error's name. */
function numericCodeOf(thrown: unknown): number | undefined {
  if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "number") return thrown.code;
  return undefined;
}
