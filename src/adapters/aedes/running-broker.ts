import type { AedesOptions, Client, PublishPacket } from "aedes";
import type { AccessRules } from "../../access/access-rules.ts";
import type { Logins } from "../../access/logins.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { BrokerRetained } from "../../log/message-log.ts";
import type { MessageSink, OutgoingMessage } from "../../mqtt/delivery.ts";
import { Admission } from "./admission.ts";
import { BrokerCore } from "./broker-core.ts";
import type { BrokerJournal } from "./broker-journal.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import { BrokerPersistence } from "./broker-persistence.ts";
import type { BrokerTls } from "./broker-tls.ts";
import { Connections, ENDING_CONNECTIONS } from "./connections.ts";
import { Forwarding } from "./forwarding.ts";
import { type ListenOptions, NetworkListeners } from "./network-listeners.ts";
import { PacketGuard } from "./packet-guard.ts";
import { PublishIntake } from "./publish-intake.ts";
import { ReadingGate } from "./reading-gate.ts";
import { restored } from "./restored-message.ts";
import { RetainedStore } from "./retained-store.ts";
import { SessionStore } from "./session-store.ts";
import { TopicRouter } from "./topic-router.ts";

/** Where to listen; the rest of it follows from the limits. */
export type ListenAddress = Pick<ListenOptions, "host" | "port" | "wsPort" | "allowedOrigins" | "tls">;

/** The parts of the broker, put together, between its start and its end. */
export class RunningBroker {
  readonly connections: Connections;
  readonly listeners: NetworkListeners;
  readonly sessions: SessionStore;
  readonly retained: RetainedStore;
  readonly #core: BrokerCore;
  readonly #forwarding: Forwarding;
  readonly #guard: PacketGuard;
  readonly #intake: PublishIntake;
  readonly #admission: Admission;
  readonly #gate: ReadingGate;
  readonly #journal: BrokerJournal;
  readonly #limits: BrokerLimits;
  readonly #tls: BrokerTls | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #endWatch: () => void = () => {};

  constructor(
    limits: BrokerLimits,
    journal: BrokerJournal,
    sink: MessageSink,
    access: { readonly logins: Logins | undefined; readonly rules: AccessRules },
    address: ListenAddress,
  ) {
    this.#limits = limits;
    this.#journal = journal;
    this.#tls = address.tls;
    this.sessions = sessionStore(limits, journal);
    this.retained = new RetainedStore(limits, (topic) => journal.report({ kind: "retained-dropped", topic }));
    const router = new TopicRouter();
    this.#core = new BrokerCore(this.#coreOptions(router));
    this.connections = new Connections(this.#core, limits, journal);
    this.#forwarding = new Forwarding(this.#core, router, this.sessions, access.rules, limits, journal);
    this.#gate = new ReadingGate(sink, this.connections.open);
    this.#intake = new PublishIntake(sink, access.rules, limits, journal, {
      forward: (message) => this.#forwarding.forward(message),
      saturated: () => this.#gate.saturated(),
    });
    this.#guard = new PacketGuard(access.rules, limits, journal, this.#intake, () => {
      return router.bytes + this.sessions.subscriptionBytes;
    });
    this.#admission = new Admission(limits, access.logins, access.rules, {
      connectedAs: (clientId) => this.#connectedAs(clientId),
      belongsToOther: (clientId, user) => this.sessions.belongsToOther(clientId, user),
      takenOver: ({ user, remote }, { clientId, remote: from }) =>
        journal.report({ kind: "taken-over", clientId, user, remote, from }),
    });
    this.connections.use({
      admission: this.#admission,
      guard: this.#guard,
      gate: this.#gate,
      sessions: this.sessions,
    });
    this.listeners = this.#listeners(address);
  }

  /** Clients with an accepted CONNECT. */
  get clients(): number {
    return Object.keys(this.#core.clients).length;
  }

  restore(messages: Iterable<BrokerRetained>): void {
    for (const message of messages) this.retained.store(restored(message));
  }

  async listen(): Promise<void> {
    await this.#core.listen();
    try {
      await this.listeners.listen();
    } catch (error) {
      await this.#closeCore();
      throw error;
    }
    const tls = this.#tls;
    if (tls !== undefined) {
      this.#endWatch = tls.watch(() => {
        this.listeners.renew();
        this.connections.recheck(tls);
      });
    }
    this.#sweeper = setInterval(() => {
      this.connections.sweep();
      this.sessions.expire(Date.now());
    }, this.#limits.sweepMs);
  }

  publish(message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const { topic, payload, retain } = message;
      const properties = outgoingProperties(message);
      const packet = {
        cmd: "publish",
        topic,
        payload: Buffer.from(payload),
        qos: 1,
        retain,
        dup: false,
        ...(properties === undefined ? {} : { properties }),
      } as const;
      this.#core.publish(packet, null, (cause) => {
        if (cause === undefined || cause === null) resolve();
        else reject(new ConcheError("CONCHE_INTERNAL", { message: `${topic}: ${cause.message}`, cause }));
      });
    });
  }

  /** Takes no new connections and no new messages; acknowledgements still go out. */
  async pause(): Promise<void> {
    this.listeners.close();
    this.#admission.close();
    this.#gate.shut();
    // What had been read when the gate shut is parsed within this turn of the event loop and the next.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    this.#intake.close();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#endWatch();
    await this.connections.closeAll();
    for (const clientId of this.#core.delayedWills.keys()) {
      this.#journal.report({ kind: "will-discarded", clientId, topic: undefined, reason: "shutdown" });
    }
    await this.#closeCore();
  }

  #closeCore(): Promise<void> {
    return new Promise((resolve) => {
      this.#core.close(() => resolve());
    });
  }

  #connectedAs(clientId: string) {
    const client = this.#core.clients[clientId];
    return client === undefined ? undefined : this.connections.linkOf(client);
  }

  #listeners(address: ListenAddress): NetworkListeners {
    const { connections, connectTimeoutMs, packetBytes } = this.#limits;
    return new NetworkListeners(
      {
        ...address,
        connections,
        ending: ENDING_CONNECTIONS,
        handshakeMs: connectTimeoutMs,
        messageBytes: packetBytes * 2,
      },
      {
        connected: (transport, remote, peer) => this.connections.accept(transport, remote, peer),
        refused: (remote, reason, detail) =>
          this.#journal.report({ kind: "connection-refused", remote, clientId: undefined, reason, detail }),
      },
    );
  }

  #coreOptions(router: TopicRouter): AedesOptions {
    const limits = this.#limits;
    const persistence = new BrokerPersistence(this.sessions, this.retained, {
      userOf: (client) => this.connections.linkOf(client)?.user,
      granted: (client, filter) => this.connections.linkOf(client)?.filters.has(filter) ?? false,
      room: async (client) => this.connections.linkOf(client)?.stream.room(),
    });
    return {
      mq: router,
      persistence,
      // The connections have a watch of their own; these are for what it should miss.
      connectTimeout: limits.connectTimeoutMs * 2,
      drainTimeout: limits.drainTimeoutMs * 2,
      keepaliveLimit: 0,
      maxTopicLevels: limits.topicLevels,
      topicAliasMaximum: limits.topicAliases,
      maximumPacketSize: limits.packetBytes,
      receiveMaximum: limits.receiveMaximum,
      sessionExpiryIntervalLimit: limits.sessionExpirySeconds,
      pendingSessionsLimit: limits.sessions,
      ...this.#hooks(),
    };
  }

  #hooks(): AedesOptions {
    return {
      preConnect: (client, packet, callback) => {
        this.connections
          .decide(client, packet, () => callback(null, true))
          .catch((error: unknown) => this.#failed(client, error));
      },
      authorizePublish: (client, packet, callback) => {
        const link = client === null ? undefined : this.connections.linkOf(client);
        if (link === undefined || link.will !== packet) callback(new Error("only wills come this way"));
        else this.#intake.takeWill(link, packet, callback);
      },
      authorizeSubscribe: (client, subscription, callback) => {
        const link = this.connections.linkOf(client);
        const may =
          link !== undefined && this.#guard.maySubscribe(link, subscription.topic, subscription.qos);
        callback(null, may ? subscription : null);
      },
      authorizeForward: (client, packet) => {
        const link = this.connections.linkOf(client);
        return link !== undefined && this.#forwarding.admits(link, packet) ? packet : null;
      },
    };
  }

  #failed(client: Client, error: unknown): void {
    this.#journal.defect(error);
    this.connections.linkOf(client)?.end("the CONNECT could not be handled", undefined);
  }
}

function outgoingProperties({ properties, userProperties }: OutgoingMessage): PublishPacket["properties"] {
  if (properties === undefined && userProperties === undefined) return undefined;
  const { correlationData, ...more } = properties ?? {};
  return {
    ...(Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) as object),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
    ...(userProperties === undefined ? {} : { userProperties: mutable(userProperties) }),
  };
}

function mutable(
  properties: NonNullable<OutgoingMessage["userProperties"]>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}

function sessionStore(limits: BrokerLimits, journal: BrokerJournal): SessionStore {
  return new SessionStore(limits, {
    queueOverflow: (clientId, topic) =>
      journal.report({ kind: "delivery-dropped", clientId, topic, reason: "queue" }),
    sessionEnded: (clientId, reason) => journal.report({ kind: "session-ended", clientId, reason }),
  });
}
