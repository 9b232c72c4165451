import type { Flight } from "./outgoing.ts";
import { Session } from "./session.ts";
import type { SessionChanges } from "./session-changes.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";

/** How much is kept for clients. */
export interface SessionLimits {
  readonly sessions: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly sentBytes: number;
}

/** What the registry had to let go of. */
export interface SessionLosses {
  /** A message is no longer kept for a session because a limit was reached. */
  queueOverflow(session: Session, topic: string): void;
  /** A session ended because it was too old (`expired`) or there were too many (`sessions`). */
  sessionEnded(session: Session, reason: "expired" | "sessions"): void;
  /** A session ended, for whatever reason: a will that waits is due [MQTT-3.1.3-9]. */
  ended(session: Session): void;
}

/**
 * All sessions, by client identifier, and what is kept for them, in memory and bounded. A session that is owed more
 * than others gives way first: what a slow client makes the broker keep is its own loss.
 */
export class SessionRegistry {
  readonly #limits: SessionLimits;
  readonly #losses: SessionLosses;
  readonly #index: SubscriptionIndex;
  readonly #changes: SessionChanges;
  readonly #sessions = new Map<string, Session>();
  /** Those that outlive their connections. */
  #kept = 0;
  #queued = 0;
  #queuedBytes = 0;
  /** Of these, what is sent and not acknowledged. */
  #sentBytes = 0;
  /** Whoever was owed most when that was looked at last. */
  #greediest: Session | undefined;

  constructor(
    limits: SessionLimits,
    index: SubscriptionIndex,
    changes: SessionChanges,
    losses: SessionLosses,
  ) {
    this.#limits = limits;
    this.#index = index;
    this.#changes = changes;
    this.#losses = losses;
  }

  /** All of them. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions that outlive their connection. */
  get kept(): number {
    return this.#kept;
  }

  /** Messages of QoS 1 and 2 that clients have not acknowledged. */
  get queued(): number {
    return this.#queued;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  create(clientId: string, user: string | undefined, remote: string): Session {
    const session = new Session(clientId, user, remote);
    this.#sessions.set(clientId, session);
    return session;
  }

  /** From now on the session outlives its connection by so many seconds. */
  setExpiry(session: Session, seconds: number): void {
    if (session.ended) return;
    const before = session.expirySeconds;
    if (before === 0 && seconds > 0) {
      if (this.#kept >= this.#limits.sessions) this.#endLongestAway();
      this.#kept++;
    } else if (before > 0 && seconds === 0) this.#kept--;
    session.expirySeconds = seconds;
    this.#changes.changed(session);
  }

  /** Ends a session with all that was kept for it. */
  end(session: Session): void {
    if (session.ended) return;
    session.ended = true;
    this.#sessions.delete(session.clientId);
    if (session.expirySeconds > 0) this.#kept--;
    for (const subscription of session.subscriptions.values()) this.#index.remove(subscription);
    session.subscriptions.clear();
    this.#queued -= session.outgoing.length;
    this.#queuedBytes -= session.outgoing.bytes;
    this.#sentBytes -= session.outgoing.sentBytes;
    if (this.#greediest === session) this.#greediest = undefined;
    this.#changes.changed(session);
    this.#losses.ended(session);
  }

  /** Ends the sessions whose clients have been away too long. */
  expire(now: number): void {
    for (const session of this.#sessions.values()) {
      if (session.awaySince === undefined || now - session.awaySince < session.expirySeconds * 1_000)
        continue;
      this.end(session);
      this.#losses.sessionEnded(session, "expired");
    }
  }

  /** Keeps a message for the session; false where that made it, or somebody greedier, lose one. */
  enqueue(session: Session, flight: Flight): boolean {
    const { outgoing } = session;
    const { queuedMessages, queuedBytes } = this.#limits;
    flight.message.keep();
    outgoing.add(flight);
    this.#queued++;
    this.#queuedBytes += flight.message.heldBytes;
    let fine = true;
    while (outgoing.waiting > queuedMessages && this.#drop(session)) fine = false;
    while (this.#queuedBytes > queuedBytes) {
      const victim = this.#mostOwed(session);
      if (!this.#drop(victim)) break;
      if (victim === session) fine = false;
    }
    return fine;
  }

  /**
   * The first of what waits is sent, if the client takes more: it may leave so many messages unacknowledged, and so
   * many bytes. What is sent can't be let go of, hence half of all memory at most for it.
   */
  send(session: Session, receiveMaximum: number): Flight | undefined {
    const { outgoing } = session;
    const { sentBytes, queuedBytes } = this.#limits;
    if (outgoing.inFlight >= receiveMaximum) return undefined;
    const full = outgoing.sentBytes >= sentBytes || this.#sentBytes >= queuedBytes / 2;
    if (full && outgoing.inFlight > 0) return undefined;
    const flight = outgoing.send();
    if (flight !== undefined) this.#sentBytes += flight.message.heldBytes;
    return flight;
  }

  /** It is acknowledged, or not worth sending any more. */
  complete(session: Session, packetId: number): boolean {
    const flight = session.outgoing.complete(packetId);
    if (flight === undefined) return false;
    this.#sentBytes -= flight.message.heldBytes;
    this.#release(flight);
    return true;
  }

  #release(flight: Flight): void {
    this.#queued--;
    this.#queuedBytes -= flight.message.heldBytes;
  }

  /** Lets go of the oldest message that waits. */
  #drop(session: Session): boolean {
    const flight = session.outgoing.dropFirst();
    if (flight === undefined) return false;
    this.#release(flight);
    this.#losses.queueOverflow(session, flight.message.topic);
    return true;
  }

  /** Looked for anew only when the last one found has given half of what it was owed, or is no worse than who asks. */
  #mostOwed(asking: Session): Session {
    const known = this.#greediest;
    if (known !== undefined && known.outgoing.waiting > 0 && known.outgoing.bytes >= asking.outgoing.bytes) {
      return known;
    }
    let most = asking;
    for (const session of this.#sessions.values()) {
      if (session.outgoing.waiting > 0 && session.outgoing.bytes > most.outgoing.bytes) most = session;
    }
    this.#greediest = most;
    return most;
  }

  /** Sessions of connected clients stay: there are no more of them than connections. */
  #endLongestAway(): void {
    let longest: Session | undefined;
    for (const session of this.#sessions.values()) {
      if (session.awaySince === undefined) continue;
      if (longest?.awaySince === undefined || session.awaySince < longest.awaySince) longest = session;
    }
    if (longest === undefined) return;
    this.end(longest);
    this.#losses.sessionEnded(longest, "sessions");
  }
}
