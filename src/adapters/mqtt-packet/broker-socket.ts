import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { TlsPems } from "../../mqtt/client-tls.ts";
import type { Clock } from "../../time/clock.ts";
import type { ConsumerSettings } from "./options.ts";

/** Opens sockets to one broker, over TCP or TLS, by its address and PEM files. */
export class BrokerSocket {
  readonly #settings: ConsumerSettings;
  #secureContext: SecureContext | undefined;
  /** What the context was made of. */
  #pems: TlsPems;

  /** @throws ConcheError CONCHE_CONFIG_INVALID when a certificate or key can't be read */
  constructor(settings: ConsumerSettings) {
    this.#settings = settings;
    this.#pems = settings.tls?.() ?? settings;
    this.#secureContext = settings.address.tls ? secureContext(settings, this.#pems) : undefined;
  }

  /** Begins to connect; `onOpen` runs when bytes can be sent (for TLS: when the certificate has been checked). */
  open(onOpen: () => void): Socket {
    const { address, servername } = this.#settings;
    const { host, port } = address;
    // Acknowledgements are small and must not wait for more of them.
    if (this.#secureContext === undefined) return connectTcp({ host, port, noDelay: true }, onOpen);
    const pems = this.#settings.tls?.() ?? this.#pems;
    if (pems !== this.#pems) {
      this.#pems = pems;
      this.#secureContext = secureContext(this.#settings, pems);
    }
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

function secureContext(settings: ConsumerSettings, { ca, cert, key }: TlsPems): SecureContext {
  try {
    return createSecureContext({ ca, cert, key, minVersion: "TLSv1.2" });
  } catch (cause) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `the certificate, key or authority for ${settings.address.display} can't be used: ${messageOf(cause)}`,
      hint: "give PEM files; the key must belong to the certificate",
      cause,
    });
  }
}
