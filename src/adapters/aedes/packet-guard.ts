import type { SubscribePacket, UnsubscribePacket } from "aedes";
import type { AccessRules } from "../../access/access-rules.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { topicFilterFault } from "../../mqtt/topic-rules.ts";
import type { BrokerJournal } from "./broker-journal.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import type { BrokerMessage } from "./broker-message.ts";
import type { ClientLink } from "./client-link.ts";
import { HOLD } from "./client-stream.ts";
import {
  malformed,
  type PacketFault,
  type ParsedProperties,
  propertiesFault,
  protocolError,
} from "./packet-properties.ts";
import type { ParsedPacket } from "./parser-tap.ts";
import type { ParsedPublish, PublishIntake } from "./publish-intake.ts";

/** Packets of a client that aedes may get once they have passed, with their properties. */
type CheckedPacket = ParsedPacket & { readonly properties?: ParsedProperties; readonly messageId?: number };

/** Looks at every packet of a client first: publishes go to the intake, the rest to aedes once it can't hurt it. */
export class PacketGuard {
  readonly #rules: AccessRules;
  readonly #limits: BrokerLimits;
  readonly #journal: BrokerJournal;
  readonly #intake: PublishIntake;
  readonly #subscriptionBytes: () => number;

  /** @param subscriptionBytes what the subscriptions of all clients take, bytes */
  constructor(
    rules: AccessRules,
    limits: BrokerLimits,
    journal: BrokerJournal,
    intake: PublishIntake,
    subscriptionBytes: () => number,
  ) {
    this.#rules = rules;
    this.#limits = limits;
    this.#journal = journal;
    this.#intake = intake;
    this.#subscriptionBytes = subscriptionBytes;
  }

  /** Takes one packet of the client; `pass` hands it to aedes. */
  take(
    link: ClientLink,
    packet: ParsedPacket,
    fault: string | undefined,
    pass: (packet: ParsedPacket) => void,
  ): void {
    if (link.phase === "closed") return;
    if (fault !== undefined) {
      if (packet.cmd === "publish") this.#intake.malformed(link, packet as ParsedPublish, fault);
      this.violated(link, malformed(fault));
    } else if (link.phase === "ready") {
      this.#takeReady(link, packet, pass);
    } else if (link.phase === "connecting") {
      link.early.push(packet);
    } else if (packet.cmd === "connect") {
      link.phase = "connecting";
      link.stream.hold(HOLD.CONNECT);
      pass(packet);
    } else {
      this.violated(link, protocolError(`a client begins with CONNECT, not ${packet.cmd.toUpperCase()}`));
    }
  }

  /** What the answers of {@link topicIsFine} count for. */
  get accessEpoch(): number {
    return this.#rules.epoch;
  }

  /** Whether the client's messages on the topic can be taken without another look. */
  topicIsFine(link: ClientLink, topic: string): boolean {
    return this.#intake.topicIsFine(link, topic);
  }

  /** Takes a message that came as a plain publish of a client whose CONNECT is accepted. */
  takePlain(message: BrokerMessage): void {
    this.#intake.takePlain(message);
  }

  /** The CONNECT is accepted: what came behind it is taken, and reading goes on. */
  resume(link: ClientLink, pass: (packet: ParsedPacket) => void): void {
    const early = link.early;
    link.early = [];
    for (const packet of early) this.take(link, packet, undefined, pass);
    link.stream.release(HOLD.CONNECT);
  }

  /** The client broke the protocol: there is no going on with it. */
  violated(link: ClientLink, { reason, detail }: PacketFault): void {
    if (link.phase === "opened" || link.phase === "connecting") {
      const clientId = link.clientId === "" ? undefined : link.clientId;
      this.#journal.report({
        kind: "connection-refused",
        remote: link.remote,
        clientId,
        reason: "protocol",
        detail,
      });
    }
    link.close(reason, detail);
  }

  /** Whether the client may subscribe to the filter. */
  maySubscribe(link: ClientLink, filter: string, qos: number): boolean {
    const fault = this.#subscribe(link, filter, qos);
    if (fault === undefined) return true;
    const { clientId, user, remote } = link;
    // Said here and not when it is decided, which is asked for the same filter before.
    this.#journal.report({
      kind: "subscribe-refused",
      clientId,
      user,
      remote,
      filter,
      detail: fault.detail,
    });
    return false;
  }

  /** Why not, or undefined. */
  #subscribe(link: ClientLink, filter: string, qos: number): PacketFault | undefined {
    const fault = this.#subscriptionFault(link, filter);
    if (fault === undefined) link.filters.set(filter, qos);
    else link.filters.delete(filter);
    return fault;
  }

  #takeReady(link: ClientLink, packet: ParsedPacket, pass: (packet: ParsedPacket) => void): void {
    if (packet.cmd === "publish") {
      this.#intake.take(link, packet as ParsedPublish);
      return;
    }
    const fault = this.#fault(packet);
    if (fault !== undefined) {
      this.violated(link, fault);
      return;
    }
    if (packet.cmd === "subscribe") this.#decide(link, packet as ParsedPacket & SubscribePacket);
    if (packet.cmd === "unsubscribe") {
      for (const filter of (packet as ParsedPacket & UnsubscribePacket).unsubscriptions)
        link.filters.delete(filter);
    }
    if (packet.cmd === "disconnect") link.leaving = true;
    if (packet.cmd === "puback") link.stream.acknowledged((packet as CheckedPacket).messageId ?? 0);
    pass(packet);
  }

  #fault(packet: CheckedPacket): PacketFault | undefined {
    switch (packet.cmd) {
      case "subscribe":
        return this.#subscribeFault(packet as ParsedPacket & SubscribePacket);
      case "unsubscribe":
        return this.#unsubscribeFault(packet as ParsedPacket & UnsubscribePacket);
      case "disconnect":
        return propertiesFault("disconnect", packet.properties);
      case "puback":
      case "pubrec":
      case "pubrel":
      case "pubcomp":
        return propertiesFault("acknowledgement", packet.properties) ?? identifierFault(packet.messageId);
      case "pingreq":
        return undefined;
      default:
        return protocolError(`${packet.cmd.toUpperCase()} is not expected here`);
    }
  }

  #subscribeFault(packet: ParsedPacket & SubscribePacket): PacketFault | undefined {
    const fault = propertiesFault("subscribe", packet.properties) ?? identifierFault(packet.messageId);
    if (fault !== undefined) return fault;
    if (packet.subscriptions.length === 0) return protocolError("a SUBSCRIBE without a topic filter");
    return this.#filtersFault(packet.subscriptions.map(({ topic }) => topic));
  }

  #unsubscribeFault(packet: ParsedPacket & UnsubscribePacket): PacketFault | undefined {
    const fault = propertiesFault("unsubscribe", packet.properties) ?? identifierFault(packet.messageId);
    if (fault !== undefined) return fault;
    if (packet.unsubscriptions.length === 0) return protocolError("an UNSUBSCRIBE without a topic filter");
    return this.#filtersFault(packet.unsubscriptions);
  }

  #filtersFault(filters: readonly string[]): PacketFault | undefined {
    for (const filter of filters) {
      const fault = topicFilterFault(filter, this.#limits);
      if (fault !== undefined) return { reason: REASON.TOPIC_FILTER_INVALID, detail: fault.detail };
      // aedes sorts the filters of one packet by means of a plain object.
      if (filter === "__proto__")
        return { reason: REASON.TOPIC_FILTER_INVALID, detail: "the filter is reserved" };
    }
    return undefined;
  }

  /** Decided before aedes sees any of them: it stores all of a packet when one of them is allowed. */
  #decide(link: ClientLink, packet: SubscribePacket): void {
    const quota = new Map<number, number>();
    // aedes answers for each filter once, at the place where it stands first.
    const places = new Map<string, number>();
    for (const subscription of packet.subscriptions) {
      // There are no messages of QoS 2 to be had.
      if (subscription.qos === 2) subscription.qos = 1;
      const { topic, qos } = subscription;
      const place = places.get(topic) ?? places.size;
      places.set(topic, place);
      const reason = this.#subscribe(link, topic, qos)?.reason;
      if (reason === REASON.QUOTA_EXCEEDED) quota.set(place, reason);
      else quota.delete(place);
    }
    if (quota.size > 0) link.stream.outgoing?.refuse(packet.messageId ?? 0, quota);
  }

  #subscriptionFault(link: ClientLink, filter: string): PacketFault | undefined {
    const denial = this.#rules.subscribeRefusal(link, filter);
    if (denial !== undefined) return { reason: REASON.NOT_AUTHORIZED, detail: denial };
    if (link.filters.has(filter)) return undefined;
    if (link.filters.size >= this.#limits.subscriptions) {
      const detail = `a client has at most ${this.#limits.subscriptions} subscriptions`;
      return { reason: REASON.QUOTA_EXCEEDED, detail };
    }
    if (this.#subscriptionBytes() < this.#limits.subscriptionBytes) return undefined;
    const detail = "the subscriptions of all clients together take as much memory as they may";
    return { reason: REASON.QUOTA_EXCEEDED, detail };
  }
}

function identifierFault(messageId: number | undefined): PacketFault | undefined {
  return messageId !== undefined && messageId > 0
    ? undefined
    : protocolError("a packet identifier is missing");
}
