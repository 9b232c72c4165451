import type { ConnectPacket, PublishPacket } from "aedes";
import type { AccessRules } from "../../access/access-rules.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../../mqtt/delivery.ts";
import { heldBytes } from "../../mqtt/held-bytes.ts";
import { REASON, type ReasonCode } from "../../mqtt/reason-codes.ts";
import { topicNameFault } from "../../mqtt/topic-rules.ts";
import type { PublishRefusal, WillDiscard } from "./broker-event.ts";
import type { BrokerJournal } from "./broker-journal.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import { BrokerMessage, deliveredProperties } from "./broker-message.ts";
import type { ClientLink } from "./client-link.ts";
import { SHUTDOWN } from "./client-link.ts";
import { pubackSaying, refusingPuback } from "./connack.ts";
import { malformed, type PacketFault, propertiesFault, protocolError } from "./packet-properties.ts";
import type { ParsedPacket } from "./parser-tap.ts";

/** A PUBLISH as the parser reads it. */
export type ParsedPublish = ParsedPacket & PublishPacket;
type Will = NonNullable<ConnectPacket["will"]>;

/** What a message leads to. */
export interface Aftermath {
  /** It is on disk: forwards it to its subscribers, keeps it where it is retained. */
  forward(message: BrokerMessage): void;
  /** The sink wants no more for now. */
  saturated(): void;
}

/** Takes publishes from clients to the sink, and acknowledges each one once the sink has it on disk. */
export class PublishIntake {
  readonly #sink: MessageSink;
  readonly #rules: AccessRules;
  readonly #limits: BrokerLimits;
  readonly #journal: BrokerJournal;
  readonly #after: Aftermath;
  #closed = false;

  constructor(
    sink: MessageSink,
    rules: AccessRules,
    limits: BrokerLimits,
    journal: BrokerJournal,
    after: Aftermath,
  ) {
    this.#sink = sink;
    this.#rules = rules;
    this.#limits = limits;
    this.#journal = journal;
    this.#after = after;
  }

  /** From now on nothing is taken, hence nothing acknowledged; what was taken before still is. */
  close(): void {
    this.#closed = true;
  }

  take(link: ClientLink, packet: ParsedPublish): void {
    if (this.#closed) return;
    const fault = publishFault(packet) ?? this.#aliasFault(link, packet);
    if (fault !== undefined) {
      this.#refused(link, packet.topic, "malformed", fault.detail);
      link.close(fault.reason, fault.detail);
      return;
    }
    const refusal = this.#refusal(link, packet);
    if (refusal !== undefined) {
      this.#refuse(link, packet, refusal);
      return;
    }
    const { topic, qos, retain, messageId = 0 } = packet;
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    // QoS 2 was refused.
    this.#admit(new BrokerMessage(link, topic, payload, qos === 1 ? 1 : 0, retain, messageId, packet));
  }

  /** A message that can't be taken over, because nobody can say what it is; that it came is said and counted. */
  malformed(link: ClientLink, packet: ParsedPublish, detail: string): void {
    this.#refused(link, packet.topic, "malformed", detail);
  }

  /** Whether nothing speaks against the client's messages on the topic. */
  topicIsFine(link: ClientLink, topic: string): boolean {
    return (
      topicNameFault(topic, this.#limits) === undefined &&
      this.#rules.publishRefusal(link, topic) === undefined
    );
  }

  /** Takes a message without properties, on a topic that is fine. */
  takePlain(message: BrokerMessage): void {
    if (!this.#closed) this.#admit(message);
  }

  /** A will is stored like any message, unless it is the broker's own end that would make the machine seem dead. */
  takeWill(link: ClientLink, will: Will, done: (error?: Error | null) => void): void {
    const discard = (reason: WillDiscard) => {
      const { clientId, user, remote } = link;
      this.#journal.report({ kind: "will-discarded", clientId, user, remote, topic: will.topic, reason });
      done(new Error("the will was not stored"));
    };
    if (this.#closed) {
      discard("shutdown");
      return;
    }
    // The right may have been taken away since the CONNECT.
    if (this.#rules.publishRefusal(link, will.topic) !== undefined) {
      discard("not-authorized");
      return;
    }
    // Its delay is between the client and this broker: it has no place in the message (MQTT 5, 3.1.3.2.2).
    if (will.properties !== undefined) {
      const { willDelayInterval: _, ...properties } = will.properties;
      will.properties = properties;
    }
    const settle = (error: ConcheError | undefined) => {
      this.#journal.inFlight--;
      if (error === undefined) done(null);
      else discard("not-stored");
    };
    this.#journal.messagesIn++;
    this.#journal.inFlight++;
    this.#sink.accept(deliveredWill(will), settle);
    if (this.#sink.saturated) this.#after.saturated();
  }

  #admit(message: BrokerMessage): void {
    const { link, qos } = message;
    if (qos === 1 && link.protocolVersion === 5 && link.unacknowledged >= this.#limits.receiveMaximum) {
      this.#overrun(link, message.topic);
      return;
    }
    this.#journal.messagesIn++;
    this.#journal.inFlight++;
    link.taken(qos, heldBytes(message), this.#limits);
    this.#sink.accept(message, this.#settled);
    if (this.#sink.saturated) this.#after.saturated();
  }

  /** The sink's answer. */
  readonly #settled: Settle<BrokerMessage> = (error, message, verdict) => {
    const { link, qos } = message;
    this.#journal.inFlight--;
    link.settled(qos, heldBytes(message), this.#limits);
    if (error !== undefined) {
      // Closed without an acknowledgement, the client sends it again.
      const stopping = error.code === "CONCHE_SHUTTING_DOWN";
      link.close(SHUTDOWN.reason, stopping ? SHUTDOWN.detail : "the message could not be stored");
      return;
    }
    if (qos === 1) {
      const packet =
        verdict === undefined
          ? undefined
          : pubackSaying(message.messageId, verdict, link.client.maximumPacketSize);
      link.stream.acknowledge(message.messageId, packet);
    }
    this.#after.forward(message);
  };

  #aliasFault(link: ClientLink, packet: ParsedPublish): PacketFault | undefined {
    const alias = packet.properties?.topicAlias;
    if (alias === undefined) return packet.topic === "" ? protocolError("the topic is empty") : undefined;
    if (alias < 1 || alias > this.#limits.topicAliases) {
      return {
        reason: REASON.TOPIC_ALIAS_INVALID,
        detail: `topic alias ${alias} is not 1 to ${this.#limits.topicAliases}`,
      };
    }
    // It counts on this connection only and has no place in what is forwarded.
    packet.properties = { ...packet.properties };
    delete packet.properties.topicAlias;
    if (packet.topic !== "") {
      // One that is refused for its length must not be kept either.
      if (topicNameFault(packet.topic, this.#limits) === undefined) link.aliases.set(alias, packet.topic);
      return undefined;
    }
    const topic = link.aliases.get(alias);
    if (topic === undefined) return protocolError(`topic alias ${alias} stands for nothing yet`);
    packet.topic = topic;
    return undefined;
  }

  #refusal(link: ClientLink, packet: ParsedPublish): PublishDenial | undefined {
    const { topic } = packet;
    if (packet.qos === 2) {
      return {
        kind: "qos-2",
        reason: REASON.QOS_NOT_SUPPORTED,
        detail: "QoS 2 is not supported",
        fatal: true,
      };
    }
    const fault = topicNameFault(topic, this.#limits);
    if (fault !== undefined) {
      const kind = fault.malformed ? "malformed" : "topic-limits";
      return { kind, reason: REASON.TOPIC_NAME_INVALID, detail: fault.detail, fatal: fault.malformed };
    }
    const detail = this.#rules.publishRefusal(link, topic);
    if (detail === undefined) return undefined;
    return { kind: "not-authorized", reason: REASON.NOT_AUTHORIZED, detail, fatal: false };
  }

  /** MQTT 5 can say no to one message; MQTT 3.1.1 can't, and an acknowledgement would be a lie: it is closed. */
  #refuse(link: ClientLink, packet: ParsedPublish, denial: PublishDenial): void {
    this.#refused(link, packet.topic, denial.kind, denial.detail);
    if (denial.fatal || link.protocolVersion < 5) {
      link.close(denial.reason, denial.detail);
    } else if (packet.qos === 1 && packet.messageId !== undefined) {
      const detail = link.wantsReasons ? denial.detail : undefined;
      link.stream.send(refusingPuback(packet.messageId, denial.reason, detail));
    }
  }

  #refused(link: ClientLink, topic: string, reason: PublishRefusal, detail: string): void {
    this.#journal.report({
      kind: "publish-refused",
      clientId: link.clientId,
      user: link.user,
      remote: link.remote,
      topic: String(topic),
      reason,
      detail,
    });
  }

  #overrun(link: ClientLink, topic: string): void {
    const detail = `more than ${this.#limits.receiveMaximum} messages without acknowledgement`;
    this.#refused(link, topic, "receive-maximum", detail);
    link.close(REASON.RECEIVE_MAXIMUM_EXCEEDED, detail);
  }
}

interface PublishDenial {
  readonly kind: PublishRefusal;
  readonly reason: ReasonCode;
  readonly detail: string;
  /** Whether the connection can't go on after it. */
  readonly fatal: boolean;
}

/** What MQTT forbids in a PUBLISH and the parser lets through. */
function publishFault(packet: ParsedPublish): PacketFault | undefined {
  if (packet.qos > 0 && !(packet.messageId !== undefined && packet.messageId > 0)) {
    return protocolError("a packet identifier is missing");
  }
  if (packet.qos === 0 && packet.dup) return malformed("QoS 0 is never sent again");
  if (packet.properties === undefined) return undefined;
  const fault = propertiesFault("publish", packet.properties);
  if (fault !== undefined) return fault;
  const response = packet.properties.responseTopic;
  return response !== undefined && /[+#]/.test(response)
    ? protocolError("a wildcard in the response topic")
    : undefined;
}

function deliveredWill(will: Will): DeliveredMessage {
  return {
    topic: will.topic,
    payload: typeof will.payload === "string" ? Buffer.from(will.payload) : will.payload,
    qos: will.qos ?? 0,
    retain: will.retain ?? false,
    retainVisible: true,
    mayBeReplay: false,
    properties: will.properties === undefined ? undefined : deliveredProperties(will.properties),
  };
}
