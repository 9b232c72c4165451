import { REASON } from "../mqtt/reason-codes.ts";
import { type OutgoingPublish, publishLength, writePublish } from "../mqtt/wire/publish-writer.ts";
import { PACKET, writeAcknowledgement } from "../mqtt/wire/response-writer.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { DeliveryDrop } from "./broker-event.ts";
import type { BrokerMessage } from "./broker-message.ts";
import type { Connection } from "./connection.ts";
import type { Flight } from "./outgoing.ts";
import type { Session } from "./session.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { Recipient } from "./subscription-index.ts";

/** So many messages go to one client before others have their turn. */
const IN_ONE_GO = 200;
const NO_TOPIC: Buffer = Buffer.alloc(0);

/** What goes out to subscribers: no faster than each takes it, and nothing that it must not have. */
export class Delivery {
  readonly #context: BrokerContext;
  readonly #sessions: SessionRegistry;

  constructor(context: BrokerContext, sessions: SessionRegistry) {
    this.#context = context;
    this.#sessions = sessions;
  }

  /** A message for a subscriber, who may be away. */
  offer({ session, qos, retainAsPublished, identifiers }: Recipient, message: BrokerMessage): void {
    const { connection } = session;
    const retain = retainAsPublished && message.retain;
    const level = qos < message.qos ? qos : message.qos;
    if (level === 0) {
      if (connection !== undefined) this.#sendAtOnce(connection, message, retain, identifiers);
      return;
    }
    const flight: Flight = {
      message,
      qos: level,
      retain,
      subscriptionIdentifiers: identifiers,
      packetId: 0,
      released: false,
    };
    const kept = this.#sessions.enqueue(session, flight);
    if (connection === undefined) return;
    // Whoever is owed every message must know that one is missing.
    if (!kept) connection.close(REASON.QUOTA_EXCEEDED, "too much waits to be read");
    else this.pump(session);
  }

  /** Sends what the client takes at the moment: what waits for it first, then retained messages. */
  pump(session: Session): void {
    const { connection } = session;
    if (connection === undefined || connection.phase !== "ready") return;
    for (let sent = 0; this.#hasRoom(connection); sent++) {
      if (sent === IN_ONE_GO) {
        this.#pumpLater(session);
        return;
      }
      const next = this.#sendFirst(session, connection) || this.#replay(session, connection);
      if (next === "rest") {
        this.#pumpLater(session);
        return;
      }
      if (next === false) return;
    }
  }

  /** Sends again what an earlier connection has left unacknowledged, in its order [MQTT-4.4.0-1]. */
  resume(session: Session): void {
    const { connection } = session;
    if (connection === undefined) return;
    for (const flight of [...session.outgoing.sent()]) {
      if (flight.released) this.#release(connection, flight.packetId, REASON.SUCCESS);
      else if (!this.#write(connection, flight, true)) this.#sessions.complete(session, flight.packetId);
    }
    this.pump(session);
  }

  /** PUBACK, or a PUBREC that refuses: the client has it, or doesn't want it; it isn't sent again. */
  completed(session: Session, packetId: number): void {
    if (this.#sessions.complete(session, packetId)) this.pump(session);
  }

  /** PUBREC: the client has it and won't take it for another one; now it may forget the number [MQTT-4.3.3-4]. */
  received(session: Session, connection: Connection, packetId: number): void {
    const flight = session.outgoing.get(packetId);
    if (flight?.qos === 2) flight.released = true;
    const known = flight?.qos === 2;
    this.#release(connection, packetId, known ? REASON.SUCCESS : REASON.PACKET_IDENTIFIER_NOT_FOUND);
  }

  #release(connection: Connection, packetId: number, reason: number): void {
    writeAcknowledgement(connection.output, PACKET.PUBREL, connection.version, packetId, reason);
    connection.line.wake();
  }

  #hasRoom(connection: Connection): boolean {
    return connection.phase === "ready" && connection.backlog <= this.#context.limits.backlogBytes;
  }

  #pumpLater(session: Session): void {
    if (session.pumping) return;
    session.pumping = true;
    this.#context.later(() => {
      session.pumping = false;
      this.pump(session);
    });
  }

  /** Sends the first that waits; false where there is none or the client's window is full. */
  #sendFirst(session: Session, connection: Connection): boolean {
    const flight = this.#sessions.send(session, connection.receiveMaximum);
    if (flight === undefined) return false;
    if (!this.#write(connection, flight, false)) this.#sessions.complete(session, flight.packetId);
    return true;
  }

  /** Sends the next retained message; false where there is none or the client's window is full. */
  #replay(session: Session, connection: Connection): boolean | "rest" {
    for (const [filter, replay] of session.replays) {
      const message = replay.peek();
      if (message === "rest") return "rest";
      if (message === undefined) {
        session.replays.delete(filter);
        continue;
      }
      const { qos } = replay;
      const level = qos < message.qos ? qos : message.qos;
      if (level === 0) this.#sendAtOnce(connection, message, true, replay.identifiers);
      else {
        // Behind what waits already, and only as it is taken: a queue is for what can't be had again.
        if (session.outgoing.waiting > 0 || session.outgoing.inFlight >= connection.receiveMaximum)
          return false;
        this.#sessions.enqueue(session, {
          message,
          qos: level,
          retain: true,
          subscriptionIdentifiers: replay.identifiers,
          packetId: 0,
          released: false,
        });
        this.#sendFirst(session, connection);
      }
      replay.advance();
      return true;
    }
    return false;
  }

  #sendAtOnce(
    connection: Connection,
    message: BrokerMessage,
    retain: boolean,
    identifiers: readonly number[],
  ): void {
    if (connection.phase !== "ready") return;
    if (!this.#hasRoom(connection)) {
      this.#dropped(connection, message, "backlog");
      return;
    }
    this.#send(connection, message, {
      qos: 0,
      retain,
      dup: false,
      packetId: 0,
      subscriptionIdentifiers: identifiers,
    });
  }

  /** False where it must not or need not be sent. */
  #write(connection: Connection, flight: Flight, dup: boolean): boolean {
    const { message, qos, retain, packetId, subscriptionIdentifiers } = flight;
    return this.#send(connection, message, { qos, retain, dup, packetId, subscriptionIdentifiers });
  }

  #send(
    connection: Connection,
    message: BrokerMessage,
    more: Pick<OutgoingPublish, "qos" | "retain" | "dup" | "packetId" | "subscriptionIdentifiers">,
  ): boolean {
    const { rules, counters, now } = this.#context;
    if (!rules.mayReceive(connection, message.topic)) {
      this.#dropped(connection, message, "not-authorized");
      return false;
    }
    const expirySeconds = message.expiresAt === undefined ? undefined : message.expirySeconds(now());
    // It is over: not sent any more [MQTT-3.3.2-5], unless it was sent already [MQTT-4.3.3-7].
    if (expirySeconds === 0 && !more.dup) return false;
    const alias = connection.aliasesTaken === 0 ? undefined : aliasOf(connection, message.topic);
    const publish: OutgoingPublish = {
      ...more,
      version: connection.version,
      topic: alias?.known === true ? NO_TOPIC : message.name.bytes,
      topicAlias: alias?.number ?? 0,
      payload: message.payload,
      properties: message.carried,
      expirySeconds,
    };
    // It must not be sent [MQTT-3.1.2-24] [MQTT-3.1.2-25].
    if (connection.maximumPacketSize < Number.POSITIVE_INFINITY) {
      if (publishLength(publish) > connection.maximumPacketSize) {
        this.#dropped(connection, message, "too-large");
        return false;
      }
    }
    if (alias?.known === false) connection.aliasesGiven?.set(message.topic, alias.number);
    writePublish(connection.output, publish);
    connection.line.wake();
    counters.messagesOut++;
    return true;
  }

  #dropped({ clientId, user, remote }: Connection, { topic }: BrokerMessage, reason: DeliveryDrop): void {
    this.#context.report({ kind: "delivery-dropped", clientId, user, remote, topic, reason });
  }
}

/** The alias of the topic on this connection, given now if there is one left: the first topics keep theirs. */
function aliasOf(connection: Connection, topic: string): { number: number; known: boolean } | undefined {
  connection.aliasesGiven ??= new Map();
  const known = connection.aliasesGiven.get(topic);
  if (known !== undefined) return { number: known, known: true };
  const number = connection.aliasesGiven.size + 1;
  return number > connection.aliasesTaken ? undefined : { number, known: false };
}
