import { ConcheError, messageOf, systemCodeOf } from "../errors/conche-error.ts";
import type { BrokerAddress } from "./broker-address.ts";
import { connackReason, REASON, reasonText } from "./reason-codes.ts";

// What goes wrong between a client and its broker, in the product's terms, whichever library found it out. Retryable
// is what the same attempt may get past by itself.

/** What passes by itself: the broker stops or is busy, or did not hear from us. */
const PASSING: ReadonlySet<number> = new Set([
  REASON.SUCCESS,
  REASON.SERVER_UNAVAILABLE,
  REASON.SERVER_BUSY,
  REASON.SERVER_SHUTTING_DOWN,
  REASON.KEEP_ALIVE_TIMEOUT,
  REASON.CONNECTION_RATE_EXCEEDED,
]);

/** Who connects where, as errors name it. */
export interface BrokerClient {
  readonly address: Pick<BrokerAddress, "display" | "tls">;
  readonly clientId: string;
  /** 5, or 4 for MQTT 3.1.1. */
  readonly protocol: 4 | 5;
}

/** There is no connection, or no answer on it. */
export function unreachable(display: string, why: string, more: ErrorMore = {}): ConcheError {
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `no connection to ${display}: ${why}`,
    ...more,
    retryable: true,
  });
}

interface ErrorMore {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The broker answered CONNECT with a refusal; `code` as CONNACK has it, in either version of MQTT. */
export function connectionRefused(
  { address: { display }, protocol }: BrokerClient,
  code: number,
  reasonString?: string,
): ConcheError {
  const why = `refused the connection: ${reasonText(code, reasonString)}`;
  const reason = connackReason(code);
  if (PASSING.has(reason)) return unreachable(display, `the broker ${why}`);
  if (protocol === 5 && reason === REASON.UNSUPPORTED_PROTOCOL_VERSION) {
    return new ConcheError("CONCHE_BROKER_REFUSED", {
      message: `${display} ${why}; it does not speak MQTT 5`,
      hint: "choose MQTT 3.1.1 (protocol 4) for this broker",
    });
  }
  return new ConcheError("CONCHE_BROKER_REFUSED", { message: `${display} ${why}` });
}

/** The broker said why it ends an established connection (MQTT 5). */
export function disconnected(
  { address: { display }, clientId }: BrokerClient,
  reason: number = REASON.SUCCESS,
  reasonString?: string,
): ConcheError {
  if (reason === REASON.SESSION_TAKEN_OVER) {
    return new ConcheError("CONCHE_CLIENT_ID_TAKEN", {
      message: `${display}: another client has connected with the client id "${clientId}"`,
      retryable: true,
    });
  }
  const message = `${display} ended the connection: ${reasonText(reason, reasonString)}`;
  const code = PASSING.has(reason) ? "CONCHE_BROKER_UNREACHABLE" : "CONCHE_BROKER_REFUSED";
  return new ConcheError(code, { message, retryable: true });
}

/** The broker closed or reset the socket and, on MQTT 5, sent no DISCONNECT. */
export function closedByBroker(
  { address, clientId, protocol }: BrokerClient,
  connected: boolean,
): ConcheError {
  const { display, tls } = address;
  if (connected) {
    return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
      message: `${display} closed the connection`,
      hint: `check the broker's log; if it keeps happening, another client may use the client id "${clientId}"`,
      retryable: true,
    });
  }
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `${display} closed the connection without answering CONNECT`,
    hint: [
      tls
        ? "check that the port takes TLS, and whether the broker wants a client certificate"
        : "check that the port does not want TLS (mqtts://)",
      ...(protocol === 5 ? ["that the broker speaks MQTT 5 (else choose MQTT 3.1.1, protocol 4)"] : []),
      "and the broker's log",
    ].join(", "),
    retryable: true,
  });
}

/** Whether the other side ended an established connection the hard way, which says no more than closing it. */
export function isHangUp(cause: unknown): boolean {
  const code = systemCodeOf(cause);
  return code === "ECONNRESET" || code === "EPIPE";
}

/** OpenSSL's names for a certificate that failed the check, and Node's for one of another host. */
const CERTIFICATE_ERROR =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|HOSTNAME_MISMATCH)/;

/** A TLS alert by which the broker turns our certificate, or the lack of one, down. */
const CERTIFICATE_ALERT = /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/;

/** What this machine has no more of, and what to do about it. */
const EXHAUSTED: Readonly<Record<string, string>> = {
  EMFILE: "this process may open no more files: raise the limit (ulimit -n), or make fewer connections",
  ENFILE: "this machine may open no more files: raise its limit (fs.file-max), or make fewer connections",
  EADDRNOTAVAIL: "this machine has no free port left to connect from: make fewer connections, or spread them",
};

/** Why a socket failed. */
export function socketFailure(display: string, cause: unknown): ConcheError {
  const code = systemCodeOf(cause) ?? "";
  if (CERTIFICATE_ERROR.test(code)) {
    return new ConcheError("CONCHE_BROKER_CERTIFICATE", {
      message: `the certificate of ${display} is not accepted: ${messageOf(cause)} (${code})`,
      cause,
    });
  }
  if (CERTIFICATE_ALERT.test(code)) {
    return new ConcheError("CONCHE_BROKER_REFUSED", {
      message: `${display} refused our certificate, or misses it: ${messageOf(cause)}`,
      hint: "give a client certificate that the broker's authority has signed, with its key",
      cause,
    });
  }
  const hint = EXHAUSTED[code];
  return unreachable(display, reasonOf(cause) || code, { cause, ...(hint === undefined ? {} : { hint }) });
}

/** A host with several addresses fails with all their errors in one that has no message itself. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") {
    return cause.errors.map((error) => messageOf(error)).join("; ");
  }
  return messageOf(cause);
}
