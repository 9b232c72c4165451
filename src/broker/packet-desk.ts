import { REASON } from "../mqtt/reason-codes.ts";
import { FieldReader, malformed, protocolError } from "../mqtt/wire/field-reader.ts";
import { ProtocolViolation } from "../mqtt/wire/protocol-violation.ts";
import {
  readAcknowledgement,
  readDisconnect,
  readSubscribe,
  readUnsubscribe,
} from "../mqtt/wire/request-reader.ts";
import { PACKET } from "../mqtt/wire/response-writer.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { Client } from "./client.ts";
import type { Delivery } from "./delivery.ts";
import { isReported, type PublishIntake } from "./publish-intake.ts";
import type { SessionRegistry } from "./session-registry.ts";
import type { Subscribing } from "./subscribing.ts";

/** Control packets by their type (MQTT 5, 2.1.2). */
export const TYPE = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
  AUTH: 15,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE).map(([name, type]) => [type, name]));
/** Those a packet of an accepted client goes to. */
export interface PacketDesks {
  readonly intake: PublishIntake;
  readonly subscribing: Subscribing;
  readonly delivery: Delivery;
  readonly sessions: SessionRegistry;
}

/** Takes the packets of clients whose CONNECT is accepted, each to where it belongs. */
export class PacketDesk {
  readonly #context: BrokerContext;
  readonly #desks: PacketDesks;
  readonly #reader = new FieldReader(Buffer.alloc(0), 0, 0);

  constructor(context: BrokerContext, desks: PacketDesks) {
    this.#context = context;
    this.#desks = desks;
  }

  /** @throws ProtocolViolation */
  take(client: Client, bytes: Buffer, start: number, bodyStart: number, end: number): void {
    const type = (bytes[start] ?? 0) >> 4;
    if (type === TYPE.PUBLISH) {
      this.#publish(client, bytes, start, bodyStart, end);
      return;
    }
    this.#control(client, type, this.#reader.reset(bytes, bodyStart, end));
  }

  #publish(client: Client, bytes: Buffer, start: number, bodyStart: number, end: number): void {
    const { intake } = this.#desks;
    try {
      intake.take(client, bytes, start, bodyStart, end);
    } catch (error) {
      if (error instanceof ProtocolViolation && !isReported(error))
        intake.reportMalformed(client.connection, error.message);
      throw error;
    }
  }

  #control(client: Client, type: number, reader: FieldReader): void {
    const { connection, session } = client;
    const { intake, subscribing, delivery } = this.#desks;
    const { version } = connection;
    switch (type) {
      case TYPE.PUBACK:
        delivery.completed(session, readAcknowledgement(reader, version, false).packetId);
        break;
      case TYPE.PUBREC: {
        const { packetId, reasonCode } = readAcknowledgement(reader, version, false);
        if (reasonCode >= REASON.UNSPECIFIED_ERROR) delivery.completed(session, packetId);
        else delivery.received(session, connection, packetId);
        break;
      }
      case TYPE.PUBREL:
        intake.released(client, readAcknowledgement(reader, version, true).packetId);
        break;
      case TYPE.PUBCOMP:
        delivery.completed(session, readAcknowledgement(reader, version, true).packetId);
        break;
      case TYPE.SUBSCRIBE:
        subscribing.subscribe(client, readSubscribe(reader, version));
        break;
      case TYPE.UNSUBSCRIBE:
        subscribing.unsubscribe(client, readUnsubscribe(reader, version));
        break;
      case TYPE.PINGREQ:
        if (reader.at !== reader.end) throw malformed("a PINGREQ with more than its header");
        connection.output.byte(PACKET.PINGRESP);
        connection.output.byte(0);
        connection.line.wake();
        break;
      case TYPE.DISCONNECT:
        this.#disconnect(client, reader);
        break;
      default:
        throw protocolError(`${packetName(type)} is not expected here`);
    }
  }

  #disconnect({ connection, session }: Client, reader: FieldReader): void {
    const { reasonCode, sessionExpiryInterval } = readDisconnect(reader, connection.version);
    if (sessionExpiryInterval !== undefined) {
      if (connection.expiryAtConnect === 0 && sessionExpiryInterval > 0)
        throw protocolError("a session that was to end with its connection"); // (3.14.2.2.2)
      const { sessionExpirySeconds } = this.#context.limits;
      this.#desks.sessions.setExpiry(session, Math.min(sessionExpiryInterval, sessionExpirySeconds));
    }
    connection.leaving = reasonCode === REASON.SUCCESS ? "normal" : "with-will";
    connection.end(undefined);
  }
}

/** The name of a packet by its type. */
export function packetName(type: number): string {
  return NAMES.get(type) ?? "a packet of type 0";
}
