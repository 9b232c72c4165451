import { ConcheError } from "../../errors/conche-error.ts";
import { Backoff } from "../../mqtt/backoff.ts";
import type { Delivery, DeliveryStatus, MessageSink, OutgoingMessage } from "../../mqtt/delivery.ts";
import type { Cancel } from "../../time/clock.ts";
import { BrokerSocket } from "./broker-socket.ts";
import { Connection } from "./connection.ts";
import { type ConsumerStats, newConsumerStats } from "./consumer-event.ts";
import type { ConnackLimits } from "./handshake.ts";
import { type ConsumerSettings, consumerSettings, type MqttConsumerOptions } from "./options.ts";

/** After `pause()` an outgoing message gets this long: stopping must not wait for a broker that says nothing. */
const LAST_PUBLISHES_WITHIN_MS = 1_500;

/**
 * Ingests from any MQTT broker: PUBACK follows the commit, in the order of receipt, on the connection that brought
 * the message and on no other. Keeps connecting until it is stopped.
 *
 * Our own client, because MQTT.js hands messages over one at a time (no group commit), does not read the broker's
 * PINGRESP while it waits, and may send an acknowledgement on a later connection than its message's.
 */
export class MqttConsumer implements Delivery {
  readonly #settings: ConsumerSettings;
  readonly #socket: BrokerSocket;
  readonly #backoff: Backoff;
  readonly #stats: ConsumerStats = newConsumerStats();
  #sink: MessageSink | undefined;
  #connection: Connection | undefined;
  #status: DeliveryStatus = { ready: false, detail: "not started" };
  #hadSession = false;
  #paused = false;
  #stopped = false;
  #cancelRetry: Cancel | undefined;
  #cancelStable: Cancel | undefined;

  /** @throws ConcheError CONCHE_BROKER_URL_INVALID or CONCHE_CONFIG_INVALID */
  constructor(options: MqttConsumerOptions) {
    this.#settings = consumerSettings(options);
    this.#socket = new BrokerSocket(this.#settings);
    this.#backoff = new Backoff(this.#settings.retry, this.#settings.random);
  }

  async start(sink: MessageSink): Promise<void> {
    if (this.#sink !== undefined) throw new ConcheError("CONCHE_INTERNAL", { message: "started twice" });
    this.#sink = sink;
    this.#connect(sink);
  }

  status(): DeliveryStatus {
    if (this.#stopped) return { ready: false, detail: "stopped" };
    if (this.#paused) return { ready: false, detail: "taking no new messages" };
    return this.#status;
  }

  /** The counters as they are now, and the messages received that are not acknowledged yet. */
  stats(): ConsumerStats & { readonly unacknowledged: number } {
    return { ...this.#stats, unacknowledged: this.#connection?.unacknowledged ?? 0 };
  }

  async publish(message: OutgoingMessage): Promise<void> {
    if (this.#connection === undefined) {
      throw new ConcheError("CONCHE_INTERNAL", { message: "the consumer was not started" });
    }
    try {
      const { publishTimeoutMs } = this.#settings;
      await this.#connection.publish(message, this.#paused ? LAST_PUBLISHES_WITHIN_MS : publishTimeoutMs);
      this.#stats.published++;
    } catch (error) {
      this.#stats.publishFailures++;
      throw error;
    }
  }

  async pause(): Promise<void> {
    if (this.#paused || this.#stopped) return;
    this.#paused = true;
    this.#cancelRetry?.();
    this.#connection?.leaveUnread(LAST_PUBLISHES_WITHIN_MS);
    this.#settings.onStatus({ kind: "paused" });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelStable?.();
    await this.#connection?.close();
    this.#settings.onStatus({ kind: "stopped" });
  }

  #connect(sink: MessageSink): void {
    const { address, onStatus } = this.#settings;
    this.#status = { ready: false, detail: `connecting to ${address.display}` };
    onStatus({ kind: "connecting", broker: address.display });
    this.#connection = new Connection({
      settings: this.#settings,
      socket: this.#socket,
      sink,
      stats: this.#stats,
      owner: {
        connected: (limits) => this.#connected(limits),
        subscribed: () => this.#subscribed(),
        notSubscribed: (error, retryInMs) => this.#notSubscribed(error, retryInMs),
        oversize: (topic, bytes) => onStatus({ kind: "oversize", topic, bytes }),
        ended: (error, refused) => this.#ended(error, refused, sink),
      },
    });
  }

  #connected(limits: ConnackLimits): void {
    const { address, onStatus, sessionExpiryS: asked } = this.#settings;
    const { sessionPresent, sessionExpiryS } = limits;
    this.#status = { ready: false, detail: `connected to ${address.display}, subscribing` };
    onStatus({ kind: "connected", sessionPresent, sessionExpiryS });
    if (sessionExpiryS !== undefined && sessionExpiryS < asked) {
      const detail = `${address.display} keeps our session for ${sessionExpiryS} s where ${asked} s were asked for: what comes while we are away longer than that is gone`;
      onStatus({ kind: "session-shortened", detail });
    }
    if (this.#hadSession && !sessionPresent) {
      const detail = `${address.display} no longer had our session: what it kept for us while we were away is gone`;
      onStatus({ kind: "session-lost", detail });
    }
    this.#hadSession = true;
  }

  #subscribed(): void {
    const { address, clientId, filters, protocol, clock, stableAfterMs, onStatus } = this.#settings;
    const version = protocol === 5 ? "MQTT 5" : "MQTT 3.1.1";
    this.#status = {
      ready: true,
      detail: `subscribed to ${filters.join(", ")} at ${address.display} as ${clientId} (${version}, QoS 1)`,
    };
    this.#cancelStable = clock.after(stableAfterMs, () => this.#backoff.reset());
    onStatus({ kind: "subscribed", filters });
  }

  #notSubscribed(error: ConcheError, retryInMs: number): void {
    this.#status = { ready: false, detail: detailOf(error, retryInMs) };
    this.#settings.onStatus({ kind: "not-subscribed", error, retryInMs });
  }

  #ended(error: ConcheError, refused: boolean, sink: MessageSink): void {
    this.#cancelStable?.();
    if (this.#stopped) return;
    const retryInMs = this.#paused ? undefined : this.#backoff.next();
    this.#status = { ready: false, detail: detailOf(error, retryInMs) };
    if (retryInMs !== undefined) {
      this.#cancelRetry = this.#settings.clock.after(retryInMs, () => this.#connect(sink));
    }
    this.#settings.onStatus({ kind: refused ? "refused" : "lost", error, retryInMs });
  }
}

function detailOf(error: ConcheError, retryInMs: number | undefined): string {
  const next = retryInMs === undefined ? "" : `; next attempt in ${retryInMs} ms`;
  return `${error.code}: ${error.message} (${error.hint})${next}`;
}
