import { REASON, type ReasonCode } from "../mqtt/reason-codes.ts";
import { topicFilterFault } from "../mqtt/topic-rules.ts";
import { protocolError } from "../mqtt/wire/field-reader.ts";
import { ProtocolViolation } from "../mqtt/wire/protocol-violation.ts";
import type { SubscribePacket, SubscriptionRequest, UnsubscribePacket } from "../mqtt/wire/request-reader.ts";
import { PACKET, writeSuback } from "../mqtt/wire/response-writer.ts";
import type { BrokerContext } from "./broker-context.ts";
import type { Client } from "./client.ts";
import type { Connection } from "./connection.ts";
import type { Delivery } from "./delivery.ts";
import type { RetainedMessages } from "./retained-messages.ts";
import { RetainedReplay } from "./retained-replay.ts";
import type { Session, Subscription } from "./session.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";
import { isSystemFilter, type SystemTopics } from "./system-topics.ts";

/** Where a subscription belongs: what topics are held against, and the group that shares it. */
export interface Target {
  readonly matched: string;
  readonly group: string | undefined;
}

interface Refusal {
  readonly code: ReasonCode;
  readonly detail: string;
}

const SHARE = "$share/";

/** Answers SUBSCRIBE and UNSUBSCRIBE (MQTT 5, 3.8 to 3.11). */
export class Subscribing {
  readonly #context: BrokerContext;
  readonly #index: SubscriptionIndex;
  readonly #retained: RetainedMessages;
  readonly #system: SystemTopics;
  readonly #delivery: Delivery;

  constructor(
    context: BrokerContext,
    index: SubscriptionIndex,
    retained: RetainedMessages,
    system: SystemTopics,
    delivery: Delivery,
  ) {
    this.#context = context;
    this.#index = index;
    this.#retained = retained;
    this.#system = system;
    this.#delivery = delivery;
  }

  /** One answer for each filter, in their order [MQTT-3.8.4-6]. @throws ProtocolViolation */
  subscribe({ connection, session }: Client, packet: SubscribePacket): void {
    const targets = packet.subscriptions.map((request) => ({ request, target: this.#target(request) }));
    const reasons = targets.map(({ request, target }) =>
      this.#subscribe(connection, session, request, target, packet.subscriptionIdentifier),
    );
    this.#context.changes.changed(session);
    writeSuback(connection.output, PACKET.SUBACK, connection.version, packet.packetId, reasons);
    connection.line.wake();
    this.#delivery.pump(session);
  }

  /** What is on its way is still delivered; nothing new is [MQTT-3.10.4-1, -2]. @throws ProtocolViolation */
  unsubscribe({ connection, session }: Client, packet: UnsubscribePacket): void {
    for (const filter of packet.filters) this.#targetOf(filter);
    const reasons = packet.filters.map((filter) => {
      const subscription = session.subscriptions.get(filter);
      if (subscription === undefined) return REASON.NO_SUBSCRIPTION_EXISTED;
      session.subscriptions.delete(filter);
      this.#index.remove(subscription);
      session.replays.delete(filter);
      return REASON.SUCCESS;
    });
    this.#context.changes.changed(session);
    writeSuback(connection.output, PACKET.UNSUBACK, connection.version, packet.packetId, reasons);
    connection.line.wake();
  }

  #target({ filter, noLocal }: SubscriptionRequest): Target {
    const target = this.#targetOf(filter);
    if (noLocal && target.group !== undefined) throw protocolError("No Local on a shared subscription"); // [MQTT-3.8.3-4]
    return target;
  }

  #targetOf(filter: string): Target {
    const target = filter.startsWith(SHARE) ? sharedTarget(filter) : { matched: filter, group: undefined };
    const fault = target === undefined ? NO_GROUP : topicFilterFault(target.matched, this.#context.limits);
    if (target === undefined || fault !== undefined)
      throw new ProtocolViolation(REASON.TOPIC_FILTER_INVALID, fault?.detail ?? "");
    return target;
  }

  #subscribe(
    connection: Connection,
    session: Session,
    request: SubscriptionRequest,
    { matched, group }: Target,
    identifier: number,
  ): number {
    const { filter, qos, noLocal, retainAsPublished, retainHandling } = request;
    const before = session.subscriptions.get(filter);
    const refusal = this.#refusal(connection, session, filter, before !== undefined);
    if (refusal !== undefined) {
      const { clientId, user, remote } = connection;
      const { detail } = refusal;
      this.#context.report({ kind: "subscribe-refused", clientId, user, remote, filter, detail });
      if (before !== undefined) this.#forget(session, before);
      return refusal.code;
    }
    if (before !== undefined) this.#index.remove(before);
    // Before the subscription is there, or it would be told what it is about to find.
    const retained = isSystemFilter(matched) ? this.#system.current() : this.#retained;
    const subscription: Subscription = {
      session,
      filter,
      matched,
      group,
      qos,
      noLocal,
      retainAsPublished,
      identifier,
    };
    session.subscriptions.set(filter, subscription);
    this.#index.add(subscription);
    const wanted = retainHandling === 0 || (retainHandling === 1 && before === undefined);
    if (wanted && group === undefined) {
      session.replays.set(filter, new RetainedReplay(retained, matched, qos, identifier));
    }
    return qos;
  }

  /** A right that was taken away ends the subscription that stood on it. */
  #forget(session: Session, subscription: Subscription): void {
    session.subscriptions.delete(subscription.filter);
    session.replays.delete(subscription.filter);
    this.#index.remove(subscription);
  }

  #refusal(connection: Connection, session: Session, filter: string, renewed: boolean): Refusal | undefined {
    const { rules, limits } = this.#context;
    const denial = rules.subscribeRefusal(connection, filter);
    if (denial !== undefined) return { code: REASON.NOT_AUTHORIZED, detail: denial };
    if (renewed) return undefined;
    if (session.subscriptions.size >= limits.subscriptions) {
      const detail = `a client has at most ${limits.subscriptions} subscriptions`;
      return { code: REASON.QUOTA_EXCEEDED, detail };
    }
    if (this.#index.bytes < limits.subscriptionBytes) return undefined;
    const detail = "the subscriptions of all clients together take as much memory as they may";
    return { code: REASON.QUOTA_EXCEEDED, detail };
  }
}

const NO_GROUP = { detail: "a shared subscription without a group or a filter" };

/** Where a filter belongs that was found well-formed before. */
export function targetOf(filter: string): Target {
  const shared = filter.startsWith(SHARE) ? sharedTarget(filter) : undefined;
  return shared ?? { matched: filter, group: undefined };
}

/** `$share/group/filter`: a group has no wildcard, and a filter of its own follows [MQTT-4.8.2-1, -2]. */
function sharedTarget(filter: string): Target | undefined {
  const end = filter.indexOf("/", SHARE.length);
  const group = filter.slice(SHARE.length, end < 0 ? filter.length : end);
  const matched = end < 0 ? "" : filter.slice(end + 1);
  if (group === "" || /[+#]/.test(group) || matched === "") return undefined;
  return { matched, group };
}
