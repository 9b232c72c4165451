import { ConcheError } from "../../errors/conche-error.ts";
import { Backoff } from "../../mqtt/backoff.ts";
import type { MachineConnection, PublishedMessage, PublishOutcome } from "../../mqtt/machine-connection.ts";
import { BrokerConnection, type ConnackLimits } from "./broker-connection.ts";
import { type BrokerOptions, brokerOptions } from "./broker-options.ts";
import { MACHINE_CLIENT_DEFAULTS, type MachineClientOptions } from "./machine-client-options.ts";
import { MessageQueue } from "./message-queue.ts";

export type { MachineClientOptions } from "./machine-client-options.ts";

/** A connection that held this long makes the next pauses begin small again, milliseconds. */
const STABLE_MS = 10_000;

/**
 * Connects a machine, and keeps it connected until it is closed. An unreachable broker is tried again until the
 * signal is aborted; what trying again won't change (a refusal, a certificate) ends it at once.
 *
 * @throws ConcheError CONCHE_BROKER_URL_INVALID, CONCHE_CONFIG_INVALID, CONCHE_BROKER_REFUSED,
 *   CONCHE_BROKER_CERTIFICATE, CONCHE_BROKER_UNREACHABLE (without a signal), CONCHE_SHUTTING_DOWN (when aborted)
 */
export async function connectMachine(options: MachineClientOptions): Promise<MachineClient> {
  const client = new MachineClient(options);
  try {
    await client.connected(options.signal);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** The publishing side of one machine: a connection of its own, with its own will. Made by {@link connectMachine}. */
class MachineClient implements MachineConnection {
  readonly #options: MachineClientOptions;
  readonly #broker: BrokerOptions;
  readonly #queue: MessageQueue;
  #connection: BrokerConnection | undefined;
  readonly #backoff: Backoff;
  #closed: ConcheError | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #stableTimer: NodeJS.Timeout | undefined;
  /** What waits for the first connection. */
  #waiting: { readonly resolve: () => void; readonly reject: (error: ConcheError) => void } | undefined;
  #persistent = true;

  constructor(options: MachineClientOptions) {
    this.#options = options;
    this.#broker = brokerOptions(options);
    const { retry = MACHINE_CLIENT_DEFAULTS.retry, random = Math.random } = options;
    this.#backoff = new Backoff(retry, random);
    this.#queue = new MessageQueue({
      display: this.#broker.address.display,
      maxQueued: options.maxQueued ?? MACHINE_CLIENT_DEFAULTS.maxQueued,
    });
  }

  /** Makes the first connection; resolves when the broker has accepted it. */
  async connected(signal: AbortSignal | undefined): Promise<void> {
    const aborted = () => this.#giveUp(stopped());
    if (signal?.aborted) throw stopped();
    signal?.addEventListener("abort", aborted, { once: true });
    this.#persistent = signal !== undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#connect();
      });
      this.#persistent = true;
    } finally {
      signal?.removeEventListener("abort", aborted);
    }
  }

  async publish(message: PublishedMessage): Promise<PublishOutcome> {
    if (this.#closed !== undefined) return { kind: "refused", error: this.#closed };
    return this.#queue.add(message);
  }

  /** Publishes nothing by itself: what is to be said last (OFFLINE) has been said before. */
  async close(): Promise<void> {
    if (this.#closed !== undefined) return;
    this.#closed = stopped();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#stableTimer);
    const timeoutMs = this.#options.closeTimeoutMs ?? MACHINE_CLIENT_DEFAULTS.closeTimeoutMs;
    await this.#queue.answered(timeoutMs);
    this.#queue.refuseAll(this.#closed);
    await this.#connection?.close(timeoutMs);
  }

  #connect(): void {
    // Certificates may be others by now.
    const broker = this.#options.tls === undefined ? this.#broker : brokerOptions(this.#options);
    this.#connection = new BrokerConnection(broker, {
      up: (limits) => this.#up(limits),
      answered: (packetId, reasonCode, reasonString) => {
        this.#queue.answer(packetId, reasonCode, reasonString);
      },
      down: (error) => this.#down(error),
    });
  }

  #up(limits: ConnackLimits): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#stableTimer = setTimeout(() => this.#backoff.reset(), STABLE_MS);
    this.#stableTimer.unref();
    this.#waiting?.resolve();
    this.#waiting = undefined;
    this.#queue.attach(limits, (message, written) => connection.publish(message, written));
  }

  #down(error: ConcheError): void {
    clearTimeout(this.#stableTimer);
    this.#connection = undefined;
    this.#queue.detach();
    if (this.#closed !== undefined) {
      this.#queue.refuseAll(this.#closed);
      return;
    }
    if (this.#waiting !== undefined && !(this.#persistent && error.retryable)) {
      this.#giveUp(error);
      return;
    }
    this.#retryTimer = setTimeout(() => this.#connect(), this.#backoff.next());
    this.#options.onTrouble?.(error);
  }

  #giveUp(error: ConcheError): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

function stopped(): ConcheError {
  return new ConcheError("CONCHE_SHUTTING_DOWN", {
    message: "the machine's connection was closed before the broker had answered",
  });
}
