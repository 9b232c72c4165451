import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { AccessRules } from "../../access/access-rules.ts";
import type { Logins } from "../../access/logins.ts";
import { BrokerCore } from "../../broker/broker-core.ts";
import type { BrokerLimits } from "../../broker/broker-limits.ts";
import type { Connection } from "../../broker/connection.ts";
import { ENDING_CONNECTIONS } from "../../broker/connections.ts";
import { SessionChanges } from "../../broker/session-changes.ts";
import type { MessageSink, OutgoingMessage } from "../../mqtt/delivery.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import type { BrokerJournal } from "./broker-journal.ts";
import type { BrokerTls } from "./broker-tls.ts";
import { ClientSocket } from "./client-socket.ts";
import { type CertifiedPeer, type ListenOptions, NetworkListeners } from "./network-listeners.ts";

/** Where to listen; the rest of it follows from the limits. */
export type ListenAddress = Pick<
  ListenOptions,
  "host" | "port" | "wsPort" | "allowedOrigins" | "tls" | "proxyProtocol"
>;

/** The broker on its sockets, between its start and its end. */
export class RunningBroker {
  readonly core: BrokerCore;
  readonly listeners: NetworkListeners;
  readonly #limits: BrokerLimits;
  readonly #tls: BrokerTls | undefined;
  /** By what certificate a connection is who it is. */
  readonly #certified = new Map<Connection, CertifiedPeer>();
  /** Network connections that are there, those that were closed and linger among them. */
  #sockets = 0;
  #onEmpty: () => void = () => {};
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
    this.#tls = address.tls;
    this.core = new BrokerCore(
      {
        limits,
        rules: access.rules,
        sink,
        counters: journal,
        changes: new SessionChanges(sink.persist !== undefined),
        report: (event) => journal.report(event),
        now: () => performance.now(),
        newClientId: () => `conche-${randomUUID()}`,
        later: setImmediate,
      },
      access.logins,
    );
    this.listeners = new NetworkListeners(
      {
        ...address,
        connections: limits.connections,
        ending: ENDING_CONNECTIONS,
        handshakeMs: limits.connectTimeoutMs,
        messageBytes: limits.packetBytes * 2,
      },
      {
        connected: (transport, remote, peer) => this.#connected(transport, remote, peer),
        refused: (remote, reason, detail) =>
          journal.report({ kind: "connection-refused", remote, clientId: undefined, reason, detail }),
      },
    );
  }

  async listen(): Promise<void> {
    await this.listeners.listen();
    const tls = this.#tls;
    if (tls !== undefined) {
      this.#endWatch = tls.watch(() => {
        this.listeners.renew();
        this.#recheck(tls);
      });
    }
    this.#sweeper = setInterval(() => this.core.tick(), this.#limits.sweepMs);
  }

  /** @throws ConcheError CONCHE_INTERNAL */
  publish(message: OutgoingMessage): void {
    this.core.publish(message);
  }

  /** Takes no new connections and no new messages; acknowledgements still go out. */
  async pause(): Promise<void> {
    this.listeners.close();
    this.core.shut();
    // What had been read when the gate shut is taken within this turn of the event loop and the next.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    this.core.closeIntake();
  }

  /** Resolves when all connections are gone: those that don't go by themselves are ended after lingerMs. */
  async stop(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#endWatch();
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.core.stop();
    if (this.#sockets > 0) await empty;
  }

  #connected(transport: Duplex, remote: string, peer: CertifiedPeer | undefined): void {
    const { connections } = this.core;
    this.#sockets++;
    const socket = new ClientSocket(transport, {
      connections,
      lingerMs: this.#limits.lingerMs,
      gone: () => {
        this.#sockets--;
        if (connection !== undefined) this.#certified.delete(connection);
        if (this.#sockets === 0) this.#onEmpty();
      },
    });
    const connection = connections.accept(socket, { remote, user: peer?.user });
    if (connection === undefined) {
      transport.destroy();
      return;
    }
    socket.serve(connection);
    if (peer !== undefined) this.#certified.set(connection, peer);
  }

  /** Cuts the connections of whoever would not be let in any more. */
  #recheck(tls: BrokerTls): void {
    for (const [connection, { certificate }] of this.#certified) {
      const dismissal = tls.dismissal(certificate);
      if (dismissal !== undefined) connection.close(REASON.NOT_AUTHORIZED, dismissal);
    }
  }
}
