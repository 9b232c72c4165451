import { REASON } from "../mqtt/reason-codes.ts";
import type { ConnectPacket } from "../mqtt/wire/connect-reader.ts";
import { writeConnack } from "../mqtt/wire/response-writer.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { Client } from "./client.ts";
import type { ConnectRefusal } from "./connect-rules.ts";
import type { Connection } from "./connection.ts";
import type { Session } from "./session.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { Wills } from "./wills.ts";

/** Brings an accepted CONNECT and its session together (MQTT 5, 3.1.4), and parts them at the end. */
export class Establishing {
  readonly #context: BrokerContext;
  readonly #sessions: SessionRegistry;
  readonly #wills: Wills;
  /** Those with an accepted CONNECT. */
  readonly #clients = new Map<Connection, Session>();

  constructor(context: BrokerContext, sessions: SessionRegistry, wills: Wills) {
    this.#context = context;
    this.#sessions = sessions;
    this.#wills = wills;
  }

  /** Clients with an accepted CONNECT. */
  get clients(): number {
    return this.#clients.size;
  }

  /** The session of a connection whose CONNECT is accepted. */
  sessionOf(connection: Connection): Session | undefined {
    return this.#clients.get(connection);
  }

  /** Answers the CONNECT, and ends whoever had its identifier before; or says why it may not be. */
  establish(connection: Connection, packet: ConnectPacket): Client | ConnectRefusal {
    const assigned = packet.clientId === "" ? this.#context.newClientId() : undefined;
    const clientId = assigned ?? packet.clientId;
    const before = this.#sessions.get(clientId);
    if (before !== undefined && before.user !== connection.user) return OF_ANOTHER_USER;
    const needed = assigned === undefined ? CONNACK_BYTES : ASSIGNING_CONNACK_BYTES;
    if (connection.maximumPacketSize < needed) return TOO_SMALL;
    if (before?.connection !== undefined) this.#takeOver(connection, clientId, before.connection);
    const kept = this.#sessions.get(clientId);
    if (packet.clean && kept !== undefined) this.#sessions.end(kept);
    const resumed = packet.clean ? undefined : kept;
    const session = resumed ?? this.#sessions.create(clientId, connection.user, connection.remote);
    this.#join(connection, session, packet, clientId);
    const { limits } = this.#context;
    writeConnack(connection.output, connection.version, resumed !== undefined, {
      sessionExpirySeconds:
        session.expirySeconds === packet.sessionExpiryInterval ? undefined : session.expirySeconds,
      receiveMaximum: limits.receiveMaximum,
      maximumPacketSize: limits.packetBytes,
      assignedClientId: assigned,
      topicAliasMaximum: limits.topicAliases,
      keepAliveSeconds: this.#keepAlive(connection, packet.keepAlive),
    });
    connection.line.wake();
    const { remote, user, version: protocolVersion } = connection;
    this.#context.report({ kind: "connected", clientId, remote, user, protocolVersion });
    return { connection, session };
  }

  /** The connection is over: what is left of it is its session, or its will. */
  part(connection: Connection): void {
    const { clientId, remote } = connection;
    const session = this.#clients.get(connection);
    if (session === undefined) return;
    this.#clients.delete(connection);
    session.replays.clear();
    session.connection = undefined;
    session.awaySince = this.#context.now();
    this.#context.changes.changed(session);
    const reason = connection.closedFor ?? (connection.leaving === "no" ? "lost" : "client");
    this.#context.report({ kind: "disconnected", clientId, remote, reason });
    if (connection.leaving !== "normal") this.#wills.left(connection, session);
    if (session.expirySeconds === 0) this.#sessions.end(session);
  }

  #takeOver({ user, remote }: Connection, clientId: string, older: Connection): void {
    this.#context.report({ kind: "taken-over", clientId, user, remote, from: older.remote });
    older.close(REASON.SESSION_TAKEN_OVER, "a new connection uses the client identifier");
  }

  #join(connection: Connection, session: Session, packet: ConnectPacket, clientId: string): void {
    const { limits } = this.#context;
    const asked = connection.version === 5 ? packet.sessionExpiryInterval : packet.clean ? 0 : Infinity;
    this.#wills.cancel(session);
    this.#sessions.setExpiry(session, Math.min(asked, limits.sessionExpirySeconds));
    session.awaySince = undefined;
    this.#context.changes.changed(session);
    session.remote = connection.remote;
    session.connection = connection;
    connection.clientId = clientId;
    connection.will = packet.will;
    connection.receiveMaximum = packet.receiveMaximum;
    connection.aliasesTaken = Math.min(packet.topicAliasMaximum, limits.topicAliases);
    connection.phase = "ready";
    this.#clients.set(connection, session);
  }

  /** The keep alive that the client is told instead of its own, seconds; 3.1.1 has no way to tell. */
  #keepAlive(connection: Connection, asked: number): number | undefined {
    const longest = this.#context.limits.keepAliveSeconds;
    const imposed = connection.version === 5 && (asked === 0 || asked > longest);
    connection.keepAliveMs = (imposed ? longest : asked) * 1_000;
    return imposed ? longest : undefined;
  }
}

/** A CONNACK with all of its properties, without and with an assigned identifier, bytes. */
const CONNACK_BYTES = 32;
const ASSIGNING_CONNACK_BYTES = 96;

/** What a client can't be told, it can't be held to. */
const TOO_SMALL: ConnectRefusal = {
  code: REASON.PACKET_TOO_LARGE,
  reason: "protocol",
  detail: "the answer to its CONNECT would be longer than the client takes",
};

const OF_ANOTHER_USER: ConnectRefusal = {
  code: REASON.NOT_AUTHORIZED,
  reason: "session-of-other-user",
  detail: "the client identifier belongs to another user",
};
