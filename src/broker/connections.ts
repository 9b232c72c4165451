import { REASON } from "../mqtt/reason-codes.ts";
import { ConnectViolation, readConnect } from "../mqtt/wire/connect-reader.ts";
import { protocolError } from "../mqtt/wire/field-reader.ts";
import { ProtocolViolation } from "../mqtt/wire/protocol-violation.ts";
import { writeRefusal } from "../mqtt/wire/response-writer.ts";
import type { Admission } from "./admission.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { ConnectRefusal } from "./connect-rules.ts";
import { Connection, HOLD, type Line, type Origin, SHUTDOWN } from "./connection.ts";
import { Crowd } from "./crowd.ts";
import type { Delivery } from "./delivery.ts";
import type { Establishing } from "./establishing.ts";
import { type PacketDesk, packetName, TYPE } from "./packet-desk.ts";
import type { ReadingGate } from "./reading-gate.ts";

/** Longest CONNECT: five fields of at most 64 KiB, of which only the will and the password can fill theirs. */
const CONNECT_BYTES = 196_608;
/** Connections that were ended for others and are not gone yet. */
export const ENDING_CONNECTIONS = 100;

/** Those a connection is handed to. */
export interface ConnectionDesks {
  readonly admission: Admission;
  readonly establishing: Establishing;
  readonly packets: PacketDesk;
  readonly delivery: Delivery;
  readonly gate: ReadingGate;
}

/** All connections of the broker: their opening, their CONNECT, their silence, their end. */
export class Connections {
  readonly open: Set<Connection>;
  /** Those that have not sent their CONNECT yet. */
  readonly #silent = new Crowd<Connection>();
  readonly #context: BrokerContext;
  readonly #desks: ConnectionDesks;

  /** @param open where they are kept while their network connections are */
  constructor(context: BrokerContext, open: Set<Connection>, desks: ConnectionDesks) {
    this.open = open;
    this.#context = context;
    this.#desks = desks;
  }

  /** A network connection was made; undefined where there are too many. */
  accept(line: Line, origin: Origin): Connection | undefined {
    const { limits, now } = this.#context;
    if (this.open.size >= limits.connections && !this.#makeRoom()) {
      this.#refused(origin.remote, undefined, "connections", `there are ${limits.connections} connections`);
      return undefined;
    }
    const longest = Math.min(CONNECT_BYTES, limits.packetBytes);
    const connection = new Connection(line, origin, now(), longest, this.#connect, (ended) => {
      this.#silent.leave(ended);
      this.#desks.establishing.part(ended);
    });
    this.open.add(connection);
    this.#silent.join(connection, origin.remote);
    return connection;
  }

  /** Bytes have come from the client. */
  receive(connection: Connection, chunk: Buffer): void {
    this.#context.counters.bytesIn += chunk.length;
    if (connection.phase !== "closed") this.#guarded(connection, () => connection.splitter.push(chunk));
  }

  /** The client has read what it was sent: there is room for more. */
  drained(connection: Connection): void {
    const session = this.#desks.establishing.sessionOf(connection);
    if (session !== undefined) this.#desks.delivery.pump(session);
  }

  /** The network connection is gone for good. */
  gone(connection: Connection): void {
    connection.end(undefined);
    this.open.delete(connection);
  }

  /** Looks for clients that are silent, stuck, or have not got through their CONNECT. */
  sweep(now: number): void {
    for (const connection of this.open) {
      if (connection.phase === "ready") this.#checkLiveness(connection, now);
      else if (
        connection.phase !== "closed" &&
        now - connection.openedAt > this.#context.limits.connectTimeoutMs
      )
        this.#timeOut(connection);
    }
  }

  /** Closes all connections; MQTT 5 clients are told that the server is going down. */
  closeAll(): void {
    for (const connection of this.open) connection.close(SHUTDOWN.reason, SHUTDOWN.detail);
  }

  readonly #connect = (
    connection: Connection,
    bytes: Buffer,
    start: number,
    bodyStart: number,
    end: number,
  ): void => {
    const type = (bytes[start] ?? 0) >> 4;
    if (type !== TYPE.CONNECT) throw protocolError(`a client begins with CONNECT, not ${packetName(type)}`);
    const packet = readConnect(bytes, bodyStart, end);
    const { admission, establishing, packets, delivery, gate } = this.#desks;
    connection.describe(packet);
    connection.phase = "connecting";
    this.#silent.leave(connection);
    // What comes behind it waits in the socket until it is answered.
    connection.line.hold(HOLD.CONNECT);
    connection.splitter.pause();
    const decided = (refusal: ConnectRefusal | undefined) => {
      if (connection.phase !== "connecting") return;
      const answer = refusal ?? establishing.establish(connection, packet);
      if ("code" in answer) {
        this.#refuse(connection, answer);
        return;
      }
      connection.take = (part, from, body, to) => packets.take(answer, part, from, body, to);
      connection.splitter.maxBytes = this.#context.limits.packetBytes;
      gate.join(connection);
      delivery.resume(answer.session);
      this.#guarded(connection, () => connection.splitter.resume());
      connection.line.release(HOLD.CONNECT);
    };
    admission.decide(connection, packet).then(decided, (error: unknown) => this.#defect(connection, error));
  };

  /** Takes what can go wrong with what a client sends as what it is. */
  #guarded(connection: Connection, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ProtocolViolation) this.#violated(connection, error);
      else this.#defect(connection, error);
    }
  }

  /** The client broke the protocol: there is no going on with it. */
  #violated(connection: Connection, violation: ProtocolViolation): void {
    const { reasonCode: code, message: detail } = violation;
    if (connection.phase === "ready") {
      connection.close(code, detail);
      return;
    }
    if (violation instanceof ConnectViolation) connection.version = violation.version;
    this.#refuse(connection, { code, reason: "protocol", detail });
  }

  #refuse(connection: Connection, { code, reason, detail }: ConnectRefusal): void {
    const { remote, clientId, claimedUser, version } = connection;
    this.#refused(remote, clientId === "" ? undefined : clientId, reason, detail, claimedUser);
    // Whoever has not said which MQTT it speaks may speak anything.
    const words = connection.wantsReasons ? detail : undefined;
    if (version !== 0) writeRefusal(connection.output, version, code, words, connection.maximumPacketSize);
    connection.end(detail);
  }

  #defect(connection: Connection, error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#context.report({ kind: "defect", detail });
    connection.close(REASON.UNSPECIFIED_ERROR, "the packet could not be handled");
  }

  /** Ends a connection that hasn't said anything, for one that may. */
  #makeRoom(): boolean {
    const { connections } = this.#context.limits;
    // Those that were ended a moment ago are still there.
    if (this.open.size >= connections + ENDING_CONNECTIONS) return false;
    const silent = this.#silent.first();
    if (silent === undefined) return false;
    const detail = `there are ${connections} connections, and this one is silent`;
    this.#refused(silent.remote, undefined, "connections", detail);
    silent.end(detail);
    return true;
  }

  #checkLiveness(connection: Connection, now: number): void {
    const { line, keepAliveMs } = connection;
    if (line.blockedMs(now) > this.#context.limits.drainTimeoutMs)
      connection.close(REASON.QUOTA_EXCEEDED, "it does not read what it is sent");
    else if (keepAliveMs > 0 && !line.held && now - line.lastHeardAt > keepAliveMs * 1.5)
      connection.close(REASON.KEEP_ALIVE_TIMEOUT, "keep alive timeout");
  }

  #timeOut(connection: Connection): void {
    const detail = `no accepted CONNECT within ${this.#context.limits.connectTimeoutMs} ms`;
    const { remote, clientId } = connection;
    this.#refused(remote, clientId === "" ? undefined : clientId, "timeout", detail);
    connection.end(detail);
  }

  #refused(
    remote: string,
    clientId: string | undefined,
    reason: ConnectRefusal["reason"],
    detail: string,
    user?: string | undefined,
  ): void {
    this.#context.report({ kind: "connection-refused", remote, clientId, user, reason, detail });
  }
}
