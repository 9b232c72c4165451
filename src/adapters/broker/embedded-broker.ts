import type { AccessRules } from "../../access/access-rules.ts";
import type { Logins, OpenLogins } from "../../access/logins.ts";
import { isLoopback } from "../../access/loopback.ts";
import { NAMESPACE_RULES } from "../../access/namespace-rules.ts";
import type { BrokerEvent, BrokerStats, ReportedEvent } from "../../broker/broker-event.ts";
import { BROKER_LIMITS, type BrokerLimits } from "../../broker/broker-limits.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { BrokerSessionChange, RestoredSession } from "../../log/broker-session.ts";
import type { BrokerRetained } from "../../log/message-log.ts";
import type { Delivery, DeliveryStatus, MessageSink, OutgoingMessage } from "../../mqtt/delivery.ts";
import { BrokerJournal } from "./broker-journal.ts";
import type { BrokerTls } from "./broker-tls.ts";
import { RunningBroker } from "./running-broker.ts";

/** What the embedded broker is started with. */
export interface EmbeddedBrokerOptions {
  /** Address to listen on; 127.0.0.1 when left out. Beyond loopback only with a password file or clients' certificates. */
  readonly host?: string | undefined;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Port of MQTT over WebSocket (path /mqtt); none when left out, 0 picks a free one. */
  readonly wsPort?: number | undefined;
  /** Whether a load balancer says in front of each connection whose it is (PROXY protocol v2). */
  readonly proxyProtocol?: boolean | undefined;
  /** Web origins that may use it, beside pages of the same host. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Certificates: it speaks TLS then, and nothing else. With authorities for clients in them, those are its users. */
  readonly tls?: BrokerTls | undefined;
  /** The users that may connect; everybody may when left out. */
  readonly logins?: OpenLogins | undefined;
  /** Who may do what; what holds for everybody when left out. */
  readonly rules?: AccessRules | undefined;
  /** The retained messages of its last run, oldest first. */
  readonly retained?: Iterable<BrokerRetained> | undefined;
  /** The sessions of its last run that asked to be kept. */
  readonly sessions?: Iterable<RestoredSession> | undefined;
  readonly limits?: Partial<BrokerLimits> | undefined;
  /** Hears what happens; at most 20 events of a kind per second. Must not throw. */
  readonly onEvent?: ((event: ReportedEvent) => void) | undefined;
  /** Hears everything that happens, however often, texts as they came. Must not throw, and costs next to nothing. */
  readonly onEveryEvent?: ((event: BrokerEvent) => void) | undefined;
}

/**
 * The data center's own MQTT broker: MQTT 5 and 3.1.1, over TCP and WebSocket. Every publish goes to the sink, and its
 * PUBACK (at QoS 2 its PUBREC) leaves only after the sink has it on disk. Sessions and retained messages are in memory and bounded; retained
 * ones are put back from the log at start.
 */
export class EmbeddedBroker implements Delivery {
  readonly ownsRetained = true;
  readonly #options: EmbeddedBrokerOptions;
  readonly #limits: BrokerLimits;
  readonly #journal: BrokerJournal;
  #running: RunningBroker | undefined;
  #state: "new" | "listening" | "paused" | "stopped" = "new";

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    this.#limits = { ...BROKER_LIMITS, ...options.limits };
    this.#journal = new BrokerJournal(options.onEvent, options.onEveryEvent);
  }

  /** The TCP port, once it listens. */
  get port(): number {
    return this.#running?.listeners.port ?? 0;
  }

  /** The WebSocket port, once it listens. */
  get wsPort(): number | undefined {
    return this.#running?.listeners.wsPort;
  }

  /**
   * Resolves when it listens. Rejects with CONCHE_BIND_UNPROTECTED, CONCHE_PASSWORDS_INVALID, CONCHE_PORT_IN_USE or
   * CONCHE_PORT_REFUSED.
   */
  async start(sink: MessageSink): Promise<void> {
    if (this.#state !== "new") {
      throw new ConcheError("CONCHE_INTERNAL", { message: "An embedded broker is started once" });
    }
    const host = this.#options.host ?? "127.0.0.1";
    const logins = await this.#openLogins(host);
    const {
      port,
      wsPort,
      tls,
      proxyProtocol,
      allowedOrigins = [],
      retained = [],
      sessions = [],
      rules = NAMESPACE_RULES,
    } = this.#options;
    const running = new RunningBroker(
      this.#limits,
      this.#journal,
      sink,
      { logins, rules },
      {
        host,
        port,
        wsPort,
        tls,
        proxyProtocol,
        allowedOrigins,
      },
    );
    running.core.restore(retained, Date.now());
    running.core.restoreSessions(sessions, Date.now());
    await running.listen();
    this.#running = running;
    this.#state = "listening";
  }

  status(): DeliveryStatus {
    const host = this.#options.host ?? "127.0.0.1";
    if (this.#state === "listening") {
      const s = this.#options.tls === undefined ? "" : "s";
      const web = this.wsPort === undefined ? "" : ` and ws${s}://${authority(host, this.wsPort)}/mqtt`;
      return { ready: true, detail: `listening on mqtt${s}://${authority(host, this.port)}${web}` };
    }
    const details = { new: "not started", paused: "stopping", stopped: "stopped" };
    return { ready: false, detail: details[this.#state] };
  }

  async publish(message: OutgoingMessage): Promise<void> {
    if (this.#running === undefined || this.#state === "stopped") {
      throw new ConcheError("CONCHE_SHUTTING_DOWN", {
        message: `The broker does not run; nothing was published on ${message.topic}`,
        retryable: true,
      });
    }
    this.#running.publish(message);
  }

  async pause(): Promise<void> {
    if (this.#state !== "listening") return;
    this.#state = "paused";
    await this.#running?.pause();
  }

  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    await this.pause();
    this.#state = "stopped";
    await this.#running?.stop();
  }

  /** What is to be kept of sessions since this was asked last; whoever asks makes it durable. */
  sessionChanges(): BrokerSessionChange[] {
    return this.#running?.core.sessionChanges(Date.now()) ?? [];
  }

  stats(): BrokerStats {
    const journal = this.#journal;
    const core = this.#running?.core;
    return {
      connections: core?.connections.open.size ?? 0,
      clients: core?.clients ?? 0,
      connected: journal.connected,
      refused: { ...journal.refused },
      messagesIn: journal.messagesIn,
      bytesIn: journal.bytesIn,
      publishesRefused: { ...journal.publishesRefused },
      deliveriesDropped: journal.deliveriesDropped,
      willsDiscarded: journal.willsDiscarded,
      retainedDropped: journal.retainedDropped,
      sessions: core?.sessions.kept ?? 0,
      queuedMessages: core?.sessions.queued ?? 0,
      retainedMessages: core?.retained.size ?? 0,
      inFlight: journal.inFlight,
    };
  }

  async #openLogins(host: string): Promise<Logins | undefined> {
    const { logins } = this.#options;
    if (logins !== undefined) {
      return logins((error) => this.#journal.report({ kind: "passwords-invalid", detail: error.message }));
    }
    if (isLoopback(host) || this.#options.tls?.material().clientCa !== undefined) return undefined;
    throw new ConcheError("CONCHE_BIND_UNPROTECTED", {
      message: `the embedded broker would be open to everybody who can reach ${addressOf(host)}: neither a password file nor an authority for clients' certificates is named`,
    });
  }
}

function authority(host: string, port: number): string {
  return `${addressOf(host)}:${port}`;
}

/** An address as it stands in a URL: IPv6 ones in brackets. */
function addressOf(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
