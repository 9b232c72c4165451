import { TopicFilterTree } from "../../mqtt/topic-filter-tree.ts";
import { type KeptMessage, keptBytes } from "./kept-message.ts";
import { type QueueKey, SessionQueue } from "./session-queue.ts";

/** A subscription of a session, as aedes hands it over and wants it back. */
export interface StoredSubscription {
  readonly topic: string;
  readonly qos: number;
  readonly rh?: number;
  readonly rap?: boolean;
  readonly nl?: boolean;
  readonly subscriptionIdentifier?: number;
}

/** A session with a subscription that matches a topic. */
export interface Recipient {
  readonly clientId: string;
  readonly topic: string;
  readonly qos: number;
}

/** How much is kept for clients that are away. */
export interface SessionLimits {
  readonly sessions: number;
  readonly sessionExpirySeconds: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
}

/** What the store had to let go of. */
export interface SessionLosses {
  /** A message is no longer kept for a client because a limit was reached. */
  queueOverflow(clientId: string, topic: string): void;
  /** A session ended because it was too old (`expired`) or there were too many (`sessions`). */
  sessionEnded(clientId: string, reason: "expired" | "sessions"): void;
}

interface Session {
  readonly clientId: string;
  /** The user the session belongs to; nobody else may resume it. */
  readonly user: string | undefined;
  readonly subscriptions: Map<string, StoredSubscription>;
  /** This session in the tree of filters, one entry per filter of QoS 1. */
  readonly recipients: Map<string, Recipient>;
  readonly queue: SessionQueue;
  /** Since when its client is away, milliseconds since 1970; undefined while connected. */
  awaySince: number | undefined;
}

/**
 * Sessions that outlive their connection: subscriptions and unacknowledged messages. In memory and bounded: what a
 * machine must not lose is in the log and in its outbox, never only here.
 */
export class SessionStore {
  readonly #limits: SessionLimits;
  readonly #losses: SessionLosses;
  readonly #sessions = new Map<string, Session>();
  readonly #recipients = new TopicFilterTree<Recipient>();
  #queued = 0;
  #queuedBytes = 0;

  constructor(limits: SessionLimits, losses: SessionLosses) {
    this.#limits = limits;
    this.#losses = losses;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** What the subscriptions of sessions take, bytes. */
  get subscriptionBytes(): number {
    return this.#recipients.bytes;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Whether somebody other than this user has a session under the client identifier. */
  belongsToOther(clientId: string, user: string | undefined): boolean {
    const session = this.#sessions.get(clientId);
    return session !== undefined && session.user !== user;
  }

  has(clientId: string): boolean {
    return this.#sessions.has(clientId);
  }

  connected(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) session.awaySince = undefined;
  }

  disconnected(clientId: string, now: number): void {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) session.awaySince = now;
  }

  subscribe(clientId: string, user: string | undefined, subscriptions: readonly StoredSubscription[]): void {
    const session = this.#sessions.get(clientId) ?? this.#newSession(clientId, user);
    for (const subscription of subscriptions) {
      this.#forgetFilter(session, subscription.topic);
      session.subscriptions.set(subscription.topic, { ...subscription });
      if (subscription.qos === 0) continue;
      const recipient = { clientId, topic: subscription.topic, qos: subscription.qos };
      session.recipients.set(subscription.topic, recipient);
      this.#recipients.add(subscription.topic, recipient);
    }
  }

  unsubscribe(clientId: string, filters: readonly string[]): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    for (const filter of filters) this.#forgetFilter(session, filter);
  }

  subscriptions(clientId: string): StoredSubscription[] {
    return [...(this.#sessions.get(clientId)?.subscriptions.values() ?? [])];
  }

  /** The sessions a QoS 1 message on the topic is kept for, each once. */
  recipients(topic: string): readonly Recipient[] {
    if (this.#recipients.size === 0) return [];
    const matches = this.#recipients.match(topic);
    if (matches.length < 2) return matches;
    return [...new Map(matches.map((recipient) => [recipient.clientId, recipient])).values()];
  }

  enqueue(clientId: string, message: KeptMessage): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    const bytes = keptBytes(message);
    while (this.#full(session, bytes)) {
      const oldest = this.#released(session.queue.takeOldest());
      this.#losses.queueOverflow(clientId, (oldest ?? message).topic);
      if (oldest === undefined) return;
    }
    session.queue.add(message);
    this.#queued++;
    this.#queuedBytes += bytes;
  }

  #full(session: Session, bytes: number): boolean {
    const { queuedMessages, queuedBytes } = this.#limits;
    return session.queue.length >= queuedMessages || this.#queuedBytes + bytes > queuedBytes;
  }

  identify(clientId: string, brokerCounter: number, messageId: number): void {
    this.#sessions.get(clientId)?.queue.identify(brokerCounter, messageId);
  }

  acknowledge(clientId: string, key: QueueKey): KeptMessage | undefined {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return undefined;
    return this.#released(session.queue.take(key));
  }

  unacknowledged(clientId: string): KeptMessage[] {
    return this.#sessions.get(clientId)?.queue.messages() ?? [];
  }

  /** Ends a session with all that was kept for it. */
  end(clientId: string): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.#sessions.delete(clientId);
    for (const filter of [...session.subscriptions.keys()]) this.#forgetFilter(session, filter);
    this.#queued -= session.queue.length;
    this.#queuedBytes -= session.queue.bytes;
  }

  /** Ends the sessions whose clients have been away too long. */
  expire(now: number): void {
    const oldest = now - this.#limits.sessionExpirySeconds * 1000;
    for (const session of this.#sessions.values()) {
      if (session.awaySince === undefined || session.awaySince > oldest) continue;
      this.end(session.clientId);
      this.#losses.sessionEnded(session.clientId, "expired");
    }
  }

  #newSession(clientId: string, user: string | undefined): Session {
    if (this.#sessions.size >= this.#limits.sessions) this.#endLongestAway();
    const session: Session = {
      clientId,
      user,
      subscriptions: new Map(),
      recipients: new Map(),
      queue: new SessionQueue(),
      awaySince: undefined,
    };
    this.#sessions.set(clientId, session);
    return session;
  }

  /** Sessions of connected clients stay: there are no more of them than connections. */
  #endLongestAway(): void {
    let longest: Session | undefined;
    for (const session of this.#sessions.values()) {
      if (session.awaySince === undefined) continue;
      if (longest?.awaySince === undefined || session.awaySince < longest.awaySince) longest = session;
    }
    if (longest === undefined) return;
    this.end(longest.clientId);
    this.#losses.sessionEnded(longest.clientId, "sessions");
  }

  #forgetFilter(session: Session, filter: string): void {
    session.subscriptions.delete(filter);
    const recipient = session.recipients.get(filter);
    if (recipient === undefined) return;
    session.recipients.delete(filter);
    this.#recipients.remove(filter, recipient);
  }

  #released(message: KeptMessage | undefined): KeptMessage | undefined {
    if (message === undefined) return undefined;
    this.#queued--;
    this.#queuedBytes -= keptBytes(message);
    return message;
  }
}
