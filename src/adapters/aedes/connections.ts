import type { Duplex } from "node:stream";
import type { Client, ConnackPacket, ConnectPacket } from "aedes";
import { systemCodeOf } from "../../errors/conche-error.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import type { Admission, ConnectRefusal } from "./admission.ts";
import type { BrokerCore } from "./broker-core.ts";
import type { BrokerJournal } from "./broker-journal.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import { BrokerMessage } from "./broker-message.ts";
import type { BrokerTls } from "./broker-tls.ts";
import { ClientLink, SHUTDOWN } from "./client-link.ts";
import { ClientStream } from "./client-stream.ts";
import { ConnackEditor, refusingConnack } from "./connack.ts";
import { silentestOf } from "./crowd.ts";
import type { CertifiedPeer } from "./network-listeners.ts";
import { OutgoingPackets } from "./outgoing-packets.ts";
import type { PacketGuard } from "./packet-guard.ts";
import { malformed } from "./packet-properties.ts";
import { type ParsedPacket, type ParserTap, tapParser } from "./parser-tap.ts";
import type { ReadingGate } from "./reading-gate.ts";
import type { SessionStore } from "./session-store.ts";

/** Longest CONNECT: five fields of at most 64 KiB, of which only the will and the password can fill theirs. */
const CONNECT_BYTES = 196_608;
/** Connections that were ended for others and are not gone yet. */
export const ENDING_CONNECTIONS = 100;
/** Below this a client has no room for a reason in words. */
const ROOM_FOR_REASONS_BYTES = 200;

/** Those a connection is handed to. */
export interface ConnectionDesks {
  readonly admission: Admission;
  readonly guard: PacketGuard;
  readonly gate: ReadingGate;
  readonly sessions: SessionStore;
}

/** All connections of the broker: their opening, their CONNECT, their silence, their end. */
export class Connections {
  readonly open = new Set<ClientLink>();
  readonly #links = new WeakMap<Client, ClientLink>();
  readonly #passes = new WeakMap<ClientLink, (packet: ParsedPacket) => void>();
  readonly #core: BrokerCore;
  readonly #limits: BrokerLimits;
  readonly #journal: BrokerJournal;
  #desks: ConnectionDesks | undefined;
  #onEmpty: () => void = () => {};

  constructor(core: BrokerCore, limits: BrokerLimits, journal: BrokerJournal) {
    this.#core = core;
    this.#limits = limits;
    this.#journal = journal;
    core.on("connackSent", (packet, client) => this.#connackSent(packet, client));
    core.on("clientDisconnect", (client) => this.#disconnected(client));
    core.on("clientError", (client, error) => this.#failed(client, error));
    core.on("connectionError", (client, error) => this.#failed(client, error));
  }

  use(desks: ConnectionDesks): void {
    this.#desks = desks;
  }

  linkOf(client: Client): ClientLink | undefined {
    return this.#links.get(client);
  }

  /** A network connection was made. */
  accept(transport: Duplex, remote: string, peer?: CertifiedPeer): void {
    const { guard } = this.#wired();
    if (this.open.size >= this.#limits.connections && !this.#makeRoom()) {
      const detail = `there are ${this.#limits.connections} connections`;
      this.#journal.report({
        kind: "connection-refused",
        remote,
        clientId: undefined,
        reason: "connections",
        detail,
      });
      transport.on("error", () => {});
      transport.destroy();
      return;
    }
    const observer = {
      received: (bytes: number) => {
        this.#journal.bytesIn += bytes;
      },
      gone: () => this.#gone(link),
    };
    const stream = new ClientStream(transport, observer, this.#limits.lingerMs);
    const client = this.#core.handle(stream);
    const link: ClientLink = new ClientLink(stream, client, remote, peer);
    const pass = tapParser(
      client,
      this.#tapOf(link, guard, (packet) => pass(packet)),
    );
    this.#links.set(client, link);
    this.#passes.set(link, pass);
    this.open.add(link);
  }

  /** Ends a connection that hasn't said anything, for one that may. */
  #makeRoom(): boolean {
    // Those that were ended a moment ago are still there.
    if (this.open.size >= this.#limits.connections + ENDING_CONNECTIONS) return false;
    const silent = silentestOf(this.open);
    if (silent === undefined) return false;
    const detail = `there are ${this.#limits.connections} connections, and this one is silent`;
    const { remote } = silent;
    this.#journal.report({
      kind: "connection-refused",
      remote,
      clientId: undefined,
      reason: "connections",
      detail,
    });
    silent.end(detail, undefined);
    return true;
  }

  /** The CONNECT of a client, before aedes acts on it; `accept` lets it. */
  async decide(client: Client, packet: ConnectPacket, accept: () => void): Promise<void> {
    const link = this.#links.get(client);
    if (link === undefined) return;
    link.clientId = packet.clientId;
    link.claimedUser = packet.username;
    link.protocolVersion = packet.protocolVersion ?? 4;
    const properties = packet.properties;
    link.wantsReasons =
      properties?.requestProblemInformation !== false &&
      (properties?.maximumPacketSize ?? ROOM_FOR_REASONS_BYTES) >= ROOM_FOR_REASONS_BYTES;
    const refusal = await this.#wired().admission.decide(link, packet);
    if (link.phase !== "connecting") return;
    if (refusal !== undefined) {
      this.#refuse(link, refusal);
      return;
    }
    link.will = packet.will;
    this.#setKeepAlive(link, packet);
    if (link.protocolVersion === 5) this.#setOutgoing(link, packet);
    accept();
  }

  #setOutgoing(link: ClientLink, packet: ConnectPacket): void {
    const { properties } = packet;
    const outgoing = new OutgoingPackets();
    if (properties?.receiveMaximum !== undefined) outgoing.limit(properties.receiveMaximum);
    link.stream.outgoing = outgoing;
    // A session that was kept is taken up even where this connection does not keep it on (MQTT 5, 3.1.2.4). To aedes a
    // session without an expiry has no queue; it is told of one, until the CONNACK is sent.
    const taken = !packet.clean && (properties?.sessionExpiryInterval ?? 0) === 0;
    if (!taken || !this.#wired().sessions.has(packet.clientId)) return;
    link.lastOfSession = true;
    packet.properties = { ...properties, sessionExpiryInterval: 1 };
  }

  /** Looks for clients that are silent, stuck, or have not got through their CONNECT. */
  sweep(): void {
    const now = performance.now();
    for (const link of this.open) {
      if (link.phase === "ready") this.#checkLiveness(link, now);
      else if (link.phase !== "closed" && now - link.openedAt > this.#limits.connectTimeoutMs)
        this.#timeOut(link);
    }
  }

  /** Cuts the connections of whoever would not be let in any more. */
  recheck(tls: BrokerTls): void {
    for (const link of this.open) {
      const dismissal = link.certificate === undefined ? undefined : tls.dismissal(link.certificate);
      if (dismissal !== undefined) link.close(REASON.NOT_AUTHORIZED, dismissal);
    }
  }

  /** Closes all connections; MQTT 5 clients are told that the server is going down. Resolves when they are gone. */
  async closeAll(): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const link of this.open) link.close(SHUTDOWN.reason, SHUTDOWN.detail);
    if (this.open.size === 0) return;
    // Those that don't go by themselves are ended by their streams after lingerMs.
    await empty;
  }

  /** Where what the client sends goes. */
  #tapOf(link: ClientLink, guard: PacketGuard, pass: (packet: ParsedPacket) => void): ParserTap {
    const { packetBytes } = this.#limits;
    const beforeAccepted = Math.min(CONNECT_BYTES, packetBytes);
    return {
      get takesPlain() {
        return link.phase === "ready";
      },
      get accessEpoch() {
        return guard.accessEpoch;
      },
      topicIsFine: (topic) => guard.topicIsFine(link, topic),
      plain: (topic, payload, qos, retain, messageId) =>
        guard.takePlain(new BrokerMessage(link, topic, payload, qos, retain, messageId, undefined)),
      packet: (packet, fault) => guard.take(link, packet, fault, pass),
      tooLong: (bytes) => {
        const detail = `a packet of ${bytes} bytes`;
        guard.violated(link, { reason: REASON.PACKET_TOO_LARGE, detail });
      },
      malformed: (detail) => guard.violated(link, malformed(detail)),
      defect: (error) => {
        this.#journal.defect(error);
        link.close(REASON.UNSPECIFIED_ERROR, "the packet could not be handled");
      },
      longest: () => (link.phase === "ready" ? packetBytes : beforeAccepted),
      isMqtt5: () => link.protocolVersion === 5,
    };
  }

  #wired(): ConnectionDesks {
    if (this.#desks === undefined) throw new Error("the connections have no desks yet");
    return this.#desks;
  }

  /**
   * The broker watches for silence itself, once for all connections instead of with a timer each, and not while it is
   * the broker that doesn't listen: hence no keep alive for aedes.
   */
  #setKeepAlive(link: ClientLink, packet: ConnectPacket): void {
    const asked = packet.keepalive ?? 0;
    const longest = this.#limits.keepAliveSeconds;
    const imposed = link.protocolVersion === 5 && (asked === 0 || asked > longest);
    link.keepAliveMs = (imposed ? longest : asked) * 1000;
    packet.keepalive = 0;
    if (link.protocolVersion === 5) {
      link.stream.connack = new ConnackEditor({ keepAliveSeconds: imposed ? longest : undefined });
    }
  }

  #refuse(link: ClientLink, { code, reason, detail }: ConnectRefusal): void {
    const clientId = link.clientId;
    const { remote, claimedUser: user } = link;
    this.#journal.report({ kind: "connection-refused", remote, clientId, user, reason, detail });
    link.end(detail, refusingConnack(link.protocolVersion, code, link.wantsReasons ? detail : undefined));
  }

  #connackSent(packet: ConnackPacket, client: Client): void {
    const link = this.#links.get(client);
    const pass = link === undefined ? undefined : this.#passes.get(link);
    if (link === undefined || pass === undefined || (packet.reasonCode ?? packet.returnCode) !== 0) return;
    link.clientId = client.id;
    link.ready();
    if (link.phase !== "ready") return;
    if (link.lastOfSession)
      Object.assign(client, { sessionExpiryInterval: 0, _connectSessionExpiryInterval: 0 });
    const { gate, guard, sessions } = this.#wired();
    sessions.connected(client.id);
    const { clientId, remote, user, protocolVersion } = link;
    this.#journal.report({ kind: "connected", clientId, remote, user, protocolVersion });
    gate.join(link);
    // aedes reports the CONNACK a moment before it takes packets as those of a connected client.
    queueMicrotask(() => guard.resume(link, pass));
  }

  #disconnected(client: Client): void {
    const link = this.#links.get(client);
    if (link === undefined) return;
    this.#wired().sessions.disconnected(client.id, Date.now());
    const reason = link.closedFor ?? (link.leaving ? "client" : "lost");
    this.#journal.report({ kind: "disconnected", clientId: client.id, remote: link.remote, reason });
  }

  /** aedes closed the connection: because the network broke, or because of what the client did. */
  #failed(client: Client, error: Error): void {
    const link = this.#links.get(client);
    if (link === undefined || link.phase === "closed" || systemCodeOf(error) !== undefined) return;
    this.#wired().guard.violated(link, { reason: REASON.PROTOCOL_ERROR, detail: error.message });
  }

  #gone(link: ClientLink): void {
    link.gone();
    this.open.delete(link);
    if (this.open.size === 0) this.#onEmpty();
  }

  #checkLiveness(link: ClientLink, now: number): void {
    if (link.stream.blockedMs(now) > this.#limits.drainTimeoutMs) {
      link.close(REASON.QUOTA_EXCEEDED, "it does not read what it is sent");
    } else if (
      link.keepAliveMs > 0 &&
      !link.stream.held &&
      now - link.stream.lastHeardAt > link.keepAliveMs * 1.5
    ) {
      link.close(REASON.KEEP_ALIVE_TIMEOUT, "keep alive timeout");
    }
  }

  #timeOut(link: ClientLink): void {
    const detail = `no accepted CONNECT within ${this.#limits.connectTimeoutMs} ms`;
    const clientId = link.clientId === "" ? undefined : link.clientId;
    this.#journal.report({
      kind: "connection-refused",
      remote: link.remote,
      clientId,
      reason: "timeout",
      detail,
    });
    link.end(detail, undefined);
  }
}
