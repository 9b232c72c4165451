import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";
import type { Clock } from "../../time/clock.ts";
import type { ConsumerSettings } from "./options.ts";

/** Opens sockets to one broker. */
export class BrokerSocket {
  readonly #settings: ConsumerSettings;
  readonly #secureContext: SecureContext | undefined;

  /** @throws ConcheError CONCHE_CONFIG_INVALID when a certificate or key can't be read */
  constructor(settings: ConsumerSettings) {
    this.#settings = settings;
    this.#secureContext = settings.address.tls ? secureContext(settings) : undefined;
  }

  /** Begins to connect; `onOpen` runs when bytes can be sent (for TLS: when the certificate has been checked). */
  open(onOpen: () => void): Socket {
    const { address, servername } = this.#settings;
    const { host, port } = address;
    // Acknowledgements are small and must not wait for more of them.
    if (this.#secureContext === undefined) return connectTcp({ host, port, noDelay: true }, onOpen);
    const socket = connectTls(
      {
        host,
        port,
        secureContext: this.#secureContext,
        ...(servername === undefined ? {} : { servername }),
      },
      onOpen,
    );
    return socket.setNoDelay(true);
  }
}

/** How long a broker has to take the last bytes and to close, milliseconds. */
const LEAVE_WITHIN_MS = 1_000;

/**
 * Sends `last` behind what is still to be written, and reads on until the broker closes: a socket closed with bytes
 * unread resets the connection, and the last acknowledgements with it.
 */
export function leaveSocket(socket: Socket, last: Buffer | undefined, clock: Clock): void {
  socket.removeAllListeners("data");
  if (last === undefined) socket.end();
  else socket.end(last);
  socket.resume();
  const cancel = clock.after(LEAVE_WITHIN_MS, () => socket.destroy());
  socket.once("close", cancel);
}

function secureContext(settings: ConsumerSettings): SecureContext {
  try {
    return createSecureContext({
      ca: settings.ca,
      cert: settings.cert,
      key: settings.key,
      minVersion: "TLSv1.2",
    });
  } catch (cause) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `the certificate, key or authority for ${settings.address.display} can't be used: ${messageOf(cause)}`,
      hint: "give PEM files; the key must belong to the certificate",
      cause,
    });
  }
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

/** Why a socket failed, in words. */
export function socketFailure(settings: ConsumerSettings, cause: unknown): ConcheError {
  const { display } = settings.address;
  const code = systemCodeOf(cause) ?? "";
  if (CERTIFICATE_ERROR.test(code)) {
    return new ConcheError("CONCHE_BROKER_CERTIFICATE", {
      message: `the certificate of ${display} is not accepted: ${messageOf(cause)} (${code})`,
      cause,
      retryable: true,
    });
  }
  if (CERTIFICATE_ALERT.test(code)) {
    return new ConcheError("CONCHE_BROKER_REFUSED", {
      message: `${display} refused our certificate, or misses it: ${messageOf(cause)}`,
      hint: "give a client certificate that the broker's authority has signed, with its key",
      cause,
      retryable: true,
    });
  }
  const hint = EXHAUSTED[code];
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", {
    message: `no connection to ${display}: ${reasonOf(cause)}`,
    ...(hint === undefined ? {} : { hint }),
    cause,
    retryable: true,
  });
}

/** A host with several addresses fails with all their errors in one that has no message itself. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") {
    return cause.errors.map((error) => messageOf(error)).join("; ");
  }
  return messageOf(cause);
}
