import type { ConcheError } from "../errors/conche-error.ts";
import type { Settle } from "../mqtt/delivery.ts";
import { REASON, type ReasonCode } from "../mqtt/reason-codes.ts";
import { topicNameFault } from "../mqtt/topic-rules.ts";
import { FieldReader, malformed, protocolError } from "../mqtt/wire/field-reader.ts";
import { readMessageProperties } from "../mqtt/wire/message-properties.ts";
import { ProtocolViolation } from "../mqtt/wire/protocol-violation.ts";
import { PACKET, writeAcknowledgement } from "../mqtt/wire/response-writer.ts";
import { isThere } from "../mqtt/wire/text-memory.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { PublishRefusal } from "./broker-event.ts";
import { type BrokerMessage, type TopicName, topicName } from "./broker-message.ts";
import { type Client, ClientMessage } from "./client.ts";
import { type Connection, SHUTDOWN } from "./connection.ts";

/** What a message leads to. */
export interface Aftermath {
  /** It is on disk: forwards it to its subscribers, keeps it where it is retained. */
  forward(message: BrokerMessage): void;
  /** The sink wants no more for now. */
  saturated(): void;
}

/** A message that can't be taken, and what is said about it. */
class PublishDenial extends ProtocolViolation {
  readonly kind: PublishRefusal;
  /** Whether the connection can't go on after it. */
  readonly fatal: boolean;

  constructor(kind: PublishRefusal, reason: ReasonCode, detail: string, fatal: boolean) {
    super(reason, detail);
    this.kind = kind;
    this.fatal = fatal;
  }
}

/** Takes publishes from clients to the sink, and acknowledges each one once the sink has it on disk. */
export class PublishIntake {
  readonly #context: BrokerContext;
  readonly #after: Aftermath;
  /** One for all packets: none is read while another one is. */
  readonly #reader = new FieldReader(Buffer.alloc(0), 0, 0);
  #closed = false;

  constructor(context: BrokerContext, after: Aftermath) {
    this.#context = context;
    this.#after = after;
  }

  /** From now on nothing is taken, hence nothing acknowledged; what was taken before still is. */
  close(): void {
    this.#closed = true;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Takes a PUBLISH (3.3). @throws ProtocolViolation */
  take(client: Client, bytes: Buffer, start: number, bodyStart: number, end: number): void {
    if (this.#closed) return;
    const { connection } = client;
    const flags = bytes[start] ?? 0;
    const qos = ((flags >> 1) & 3) as 0 | 1 | 2;
    const dup = (flags & 8) !== 0;
    const reader = this.#reader.reset(bytes, bodyStart, end);
    const known = this.#knownTopic(connection, reader);
    let name = known ?? topicName(reader.textOrNul());
    const packetId = qos === 0 ? 0 : reader.int16();
    if (qos === 0 && dup) throw this.#malformed(connection, name, malformed("QoS 0 is never sent again"));
    if (qos > 0 && packetId === 0)
      throw this.#malformed(connection, name, protocolError("a packet identifier of 0"));
    let carried: BrokerMessage["carried"];
    if (connection.version === 5) {
      if (bytes[reader.at] === 0) reader.at++;
      else {
        const read = this.#readProperties(connection, name, reader);
        carried = read.properties;
        if (read.topicAlias !== undefined) name = this.#aliased(connection, name, read.topicAlias);
      }
    }
    if (name !== known) {
      const denial = this.#denial(connection, name);
      if (denial !== undefined) {
        this.#deny(connection, name, qos, packetId, denial);
        return;
      }
      connection.lastTopic = name;
      connection.lastTopicEpoch = this.#context.rules.epoch;
    }
    const payload = bytes.subarray(reader.at, end);
    const retain = (flags & 1) !== 0;
    const message = new ClientMessage(client, name, payload, qos, retain, dup, packetId, carried);
    if (carried?.expirySeconds !== undefined) {
      message.expiresAt = this.#context.now() + carried.expirySeconds * 1_000;
    }
    if (qos === 2 && this.#isRepeated(client, packetId)) return;
    this.#admit(client, message);
  }

  /** PUBREL: the client won't send the message again; its number is free (4.3.3). */
  released({ connection, session }: Client, packetId: number): void {
    // One that is still on its way to the disk was never acknowledged: there is nothing to release.
    const known = session.received.delete(packetId);
    if (known) connection.unacknowledged = Math.max(0, connection.unacknowledged - 1);
    const reason = known ? REASON.SUCCESS : REASON.PACKET_IDENTIFIER_NOT_FOUND;
    const complete = (error?: ConcheError | undefined) => {
      if (error !== undefined || connection.phase !== "ready") return;
      writeAcknowledgement(connection.output, PACKET.PUBCOMP, connection.version, packetId, reason);
      connection.line.wake();
    };
    const { sink, changes } = this.#context;
    if (session.expirySeconds === 0 || sink.persist === undefined) complete();
    else {
      // The client may use the number again once it is told: by then no restart must bring it back.
      changes.released(session, packetId);
      sink.persist(complete);
    }
  }

  /** Hands a message to the sink that comes from no connection: a will. */
  accept(message: BrokerMessage, settled: Settle<BrokerMessage>): void {
    const { counters, sink } = this.#context;
    counters.messagesIn++;
    counters.inFlight++;
    sink.accept(message, settled);
    if (sink.saturated) this.#after.saturated();
  }

  /** Counts and reports a message that can't be taken over, because nobody can say what it is. */
  reportMalformed(connection: Connection, detail: string): void {
    this.#refused(connection, "", "malformed", detail);
  }

  /** The last topic of the connection, where it is there again, and nothing has changed about it. */
  #knownTopic(connection: Connection, reader: FieldReader): TopicName | undefined {
    const { lastTopic } = connection;
    if (lastTopic === undefined || connection.lastTopicEpoch !== this.#context.rules.epoch) return undefined;
    const { at, bytes } = reader;
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const end = at + 2 + length;
    if (end > reader.end || !isThere(lastTopic.bytes, bytes, at + 2, length)) return undefined;
    reader.at = end;
    return lastTopic;
  }

  #readProperties(connection: Connection, name: TopicName, reader: FieldReader) {
    try {
      return readMessageProperties(reader, "publish");
    } catch (error) {
      if (error instanceof ProtocolViolation) throw this.#malformed(connection, name, error);
      throw error;
    }
  }

  /** The topic that is meant; an alias counts on this connection only (3.3.2.3.4). */
  #aliased(connection: Connection, name: TopicName, alias: number): TopicName {
    const { topicAliases } = this.#context.limits;
    if (alias < 1 || alias > topicAliases) {
      const detail = `topic alias ${alias} is not 1 to ${topicAliases}`;
      throw this.#malformed(connection, name, new ProtocolViolation(REASON.TOPIC_ALIAS_INVALID, detail));
    }
    if (name.bytes.length > 0) {
      // One that is refused for its length must not be kept either.
      if (topicNameFault(name.text, this.#context.limits) === undefined) {
        connection.aliases ??= new Map();
        connection.aliases.set(alias, name);
      }
      return name;
    }
    const topic = connection.aliases?.get(alias);
    if (topic === undefined) {
      throw this.#malformed(connection, name, protocolError(`topic alias ${alias} stands for nothing yet`));
    }
    return topic;
  }

  #denial(connection: Connection, { text, bytes }: TopicName): PublishDenial | undefined {
    if (bytes.length === 0)
      return new PublishDenial("malformed", REASON.PROTOCOL_ERROR, "the topic is empty", true);
    const { limits, rules } = this.#context;
    const fault = topicNameFault(text, limits);
    if (fault !== undefined) {
      const kind = fault.malformed ? "malformed" : "topic-limits";
      return new PublishDenial(kind, REASON.TOPIC_NAME_INVALID, fault.detail, fault.malformed);
    }
    const detail = rules.publishRefusal(connection, text);
    return detail === undefined
      ? undefined
      : new PublishDenial("not-authorized", REASON.NOT_AUTHORIZED, detail, false);
  }

  /** MQTT 5 can say no to one message; MQTT 3.1.1 can't, and an acknowledgement would be a lie: it is closed. */
  #deny(connection: Connection, name: TopicName, qos: number, packetId: number, denial: PublishDenial): void {
    this.#refused(connection, name.text, denial.kind, denial.message);
    if (denial.fatal || connection.version < 5) {
      connection.close(denial.reasonCode, denial.message);
      return;
    }
    if (qos === 0) return;
    const first = qos === 1 ? PACKET.PUBACK : PACKET.PUBREC;
    const detail = connection.wantsReasons ? denial.message : undefined;
    const { output, maximumPacketSize } = connection;
    writeAcknowledgement(output, first, 5, packetId, denial.reasonCode, detail, maximumPacketSize);
    connection.line.wake();
  }

  /** A QoS 2 message that has come before and isn't released yet isn't taken again [MQTT-4.3.3-10]. */
  #isRepeated({ connection, session }: Client, packetId: number): boolean {
    if (session.storing.has(packetId)) {
      // Its PUBREC goes to whoever asked last.
      session.storing.set(packetId, connection);
      return true;
    }
    if (!session.received.has(packetId)) return false;
    writeAcknowledgement(connection.output, PACKET.PUBREC, connection.version, packetId, REASON.SUCCESS);
    connection.line.wake();
    return true;
  }

  #admit({ connection, session }: Client, message: ClientMessage): void {
    const { limits, counters, sink } = this.#context;
    if (message.qos > 0 && connection.version === 5 && connection.unacknowledged >= limits.receiveMaximum) {
      this.#overrun(connection, message.topic);
      return;
    }
    if (message.qos === 2) session.storing.set(message.packetId, connection);
    counters.messagesIn++;
    counters.inFlight++;
    connection.taken(message.qos, message.heldBytes, limits);
    sink.accept(message, this.#settled);
    if (sink.saturated) this.#after.saturated();
  }

  /** The sink's answer. */
  readonly #settled: Settle<ClientMessage> = (error, message, verdict) => {
    const { client, qos, packetId } = message;
    const { connection } = client;
    this.#context.counters.inFlight--;
    connection.settled(message.heldBytes, this.#context.limits);
    if (qos === 2) this.#settledOnce(client, packetId, error, verdict);
    else if (qos === 1) connection.unacknowledged--;
    if (error !== undefined) {
      // Closed without an acknowledgement, the client sends it again.
      const stopping = error.code === "CONCHE_SHUTTING_DOWN";
      connection.close(SHUTDOWN.reason, stopping ? SHUTDOWN.detail : "the message could not be stored");
      return;
    }
    if (qos === 1 && connection.phase === "ready")
      this.#acknowledge(connection, PACKET.PUBACK, packetId, verdict);
    this.#after.forward(message);
  };

  /** A QoS 2 message is on disk: whatever becomes of the connection, it isn't taken again under its number. */
  #settledOnce(
    { session }: Client,
    packetId: number,
    error: ConcheError | undefined,
    verdict: string | undefined,
  ): void {
    const waiting = session.storing.get(packetId);
    session.storing.delete(packetId);
    if (error !== undefined) return;
    session.received.add(packetId);
    if (waiting?.phase === "ready") this.#acknowledge(waiting, PACKET.PUBREC, packetId, verdict);
  }

  #acknowledge(connection: Connection, first: number, packetId: number, verdict: string | undefined): void {
    const { output, version, maximumPacketSize } = connection;
    if (verdict === undefined) output.acknowledgement(first, packetId);
    else writeAcknowledgement(output, first, version, packetId, REASON.SUCCESS, verdict, maximumPacketSize);
    connection.line.wake();
  }

  #malformed(connection: Connection, name: TopicName, violation: ProtocolViolation): ProtocolViolation {
    this.#refused(connection, name.text, "malformed", violation.message);
    return new PublishDenial("malformed", violation.reasonCode, violation.message, true);
  }

  #overrun(connection: Connection, topic: string): void {
    const detail = `more than ${this.#context.limits.receiveMaximum} messages without acknowledgement`;
    this.#refused(connection, topic, "receive-maximum", detail);
    connection.close(REASON.RECEIVE_MAXIMUM_EXCEEDED, detail);
  }

  #refused(
    { clientId, user, remote }: Connection,
    topic: string,
    reason: PublishRefusal,
    detail: string,
  ): void {
    this.#context.report({ kind: "publish-refused", clientId, user, remote, topic, reason, detail });
  }
}

/** Whether it was said already what is wrong with the PUBLISH. */
export function isReported(violation: ProtocolViolation): boolean {
  return violation instanceof PublishDenial;
}
