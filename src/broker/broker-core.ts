import type { Logins } from "../access/logins.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { BrokerSessionChange, RestoredSession } from "../log/broker-session.ts";
import type { BrokerRetained } from "../log/message-log.ts";
import type { OutgoingMessage } from "../mqtt/delivery.ts";
import { topicNameFault } from "../mqtt/topic-rules.ts";
import { writtenProperties } from "../mqtt/wire/message-properties.ts";
import { Admission } from "./admission.ts";
import type { BrokerContext } from "./broker-context.ts";
import { BrokerMessage, topicName } from "./broker-message.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { Delivery } from "./delivery.ts";
import { Establishing } from "./establishing.ts";
import { PacketDesk } from "./packet-desk.ts";
import { PublishIntake } from "./publish-intake.ts";
import { ReadingGate } from "./reading-gate.ts";
import { restoredMessage } from "./restored-message.ts";
import { RetainedMessages } from "./retained-messages.ts";
import { SessionRegistry } from "./session-registry.ts";
import { Subscribing, targetOf } from "./subscribing.ts";
import { SubscriptionIndex } from "./subscription-index.ts";
import { type SystemFigures, SystemTopics } from "./system-topics.ts";
import { Wills } from "./wills.ts";

/**
 * An MQTT broker without a network or a clock of its own: bytes of clients come in, bytes for them go out, messages go
 * to a sink first and to subscribers once they are on disk.
 */
export class BrokerCore {
  readonly connections: Connections;
  readonly sessions: SessionRegistry;
  readonly retained: RetainedMessages;
  readonly #context: BrokerContext;
  readonly #index = new SubscriptionIndex();
  readonly #delivery: Delivery;
  readonly #intake: PublishIntake;
  readonly #admission: Admission;
  readonly #establishing: Establishing;
  readonly #gate: ReadingGate;
  readonly #wills: Wills;
  readonly #system: SystemTopics;
  readonly #startedAt: number;

  constructor(context: BrokerContext, logins: Logins | undefined) {
    this.#context = context;
    const { limits, rules, sink, report } = context;
    this.sessions = new SessionRegistry(limits, this.#index, context.changes, {
      queueOverflow: ({ clientId, user, remote }, topic) =>
        report({ kind: "delivery-dropped", clientId, user, remote, topic, reason: "queue" }),
      sessionEnded: ({ clientId }, reason) => report({ kind: "session-ended", clientId, reason }),
      ended: (session) => this.#wills.sessionEnded(session),
    });
    this.retained = new RetainedMessages(limits, (topic) => report({ kind: "retained-dropped", topic }));
    this.#delivery = new Delivery(context, this.sessions);
    this.#startedAt = context.now();
    this.#system = new SystemTopics(this.#index, this.#delivery, () => this.#figures());
    const open = new Set<Connection>();
    this.#gate = new ReadingGate(sink, open);
    const forward = (message: BrokerMessage) => this.#forward(message);
    this.#intake = new PublishIntake(context, { forward, saturated: () => this.#gate.saturated() });
    this.#wills = new Wills(context, this.#intake, forward);
    this.#admission = new Admission(limits, logins, rules, () => context.now());
    this.#establishing = new Establishing(context, this.sessions, this.#wills);
    this.connections = new Connections(context, open, {
      admission: this.#admission,
      establishing: this.#establishing,
      packets: new PacketDesk(context, {
        intake: this.#intake,
        subscribing: new Subscribing(context, this.#index, this.retained, this.#system, this.#delivery),
        delivery: this.#delivery,
        sessions: this.sessions,
      }),
      delivery: this.#delivery,
      gate: this.#gate,
    });
  }

  /** Clients with an accepted CONNECT. */
  get clients(): number {
    return this.#establishing.clients;
  }

  /**
   * Puts back the retained messages of the last run.
   * @param nowMs milliseconds since 1970, which their expiry is given in
   */
  restore(messages: Iterable<BrokerRetained>, nowMs: number): void {
    const offset = this.#context.now() - nowMs;
    for (const message of messages) this.retained.store(restoredMessage(message, offset));
  }

  /**
   * Puts back the sessions of the last run: subscriptions and the numbers of QoS 2 messages. Rights that are gone since
   * then count with the next message.
   * @param nowMs milliseconds since 1970
   */
  restoreSessions(sessions: Iterable<RestoredSession>, nowMs: number): void {
    const now = this.#context.now();
    for (const { clientId, user, expirySeconds, awaySinceMs, subscriptions, received } of sessions) {
      const session = this.sessions.create(clientId, user ?? undefined, "");
      session.onDisk = true;
      session.awaySince = now - Math.max(0, nowMs - (awaySinceMs ?? nowMs));
      this.sessions.setExpiry(session, expirySeconds);
      for (const packetId of received) session.received.add(packetId);
      for (const kept of subscriptions) {
        const subscription = { ...kept, ...targetOf(kept.filter), session };
        session.subscriptions.set(kept.filter, subscription);
        this.#index.add(subscription);
      }
    }
  }

  /** What is to be kept of sessions since this was asked last; whoever asks makes it durable. */
  sessionChanges(nowMs: number): BrokerSessionChange[] {
    return this.#context.changes.take(nowMs - this.#context.now());
  }

  /** Publishes for the data center itself. @throws ConcheError CONCHE_INTERNAL where the topic can't be */
  publish({ topic, payload, retain, properties, userProperties }: OutgoingMessage): void {
    const fault = topicNameFault(topic, this.#context.limits);
    if (fault !== undefined)
      throw new ConcheError("CONCHE_INTERNAL", { message: `${topic}: ${fault.detail}` });
    const carried = writtenProperties(properties ?? {}, userProperties);
    const message = new BrokerMessage(topicName(topic), Buffer.from(payload), 1, retain, carried, "");
    const seconds = carried?.expirySeconds;
    if (seconds !== undefined) message.expiresAt = this.#context.now() + seconds * 1_000;
    this.#forward(message);
  }

  /** Time has passed: silent clients, old sessions, wills that are due, retained messages whose time is over. */
  tick(): void {
    const now = this.#context.now();
    this.connections.sweep(now);
    this.sessions.expire(now);
    this.#wills.due(now);
    this.retained.expire(now);
    this.#system.tick(now);
    if (this.#context.changes.size > 0) this.#context.sink.persist?.(() => {});
  }

  /** Lets nobody in and reads no more; what was read before is still taken. */
  shut(): void {
    this.#admission.close();
    this.#gate.shut();
  }

  /** Takes no new messages; what was taken before is still acknowledged. */
  closeIntake(): void {
    this.#intake.close();
  }

  /** Closes all connections. */
  stop(): void {
    this.connections.closeAll();
    this.#wills.discardWaiting();
  }

  #figures(): SystemFigures {
    const { counters, now } = this.#context;
    const { sessions, retained } = this;
    return {
      uptime: `${Math.floor((now() - this.#startedAt) / 1_000)} seconds`,
      "clients/connected": this.clients,
      "clients/total": sessions.size,
      "clients/disconnected": sessions.size - this.clients,
      "messages/received": counters.messagesIn,
      "messages/sent": counters.messagesOut,
      "messages/inflight": counters.inFlight,
      "messages/queued": sessions.queued,
      "bytes/received": counters.bytesIn,
      "retained messages/count": retained.size,
      "subscriptions/count": this.#index.size,
    };
  }

  /** A message that is on disk, to whoever wants it. Most of what machines say has no subscriber. */
  #forward(message: BrokerMessage): void {
    if (message.retain) this.retained.store(message);
    for (const recipient of this.#index.recipients(message.topic, message.publisher))
      this.#delivery.offer(recipient, message);
  }
}
