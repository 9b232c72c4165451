import type { BrokerSession, BrokerSessionChange } from "../log/broker-session.ts";
import type { Session } from "./session.ts";

interface Change {
  readonly session: Session;
  readonly renewed: boolean;
  readonly released: number[];
}

/**
 * What of the sessions is to be kept for the broker's next start, and isn't on disk yet. Whoever writes takes it along
 * with the next group of messages, so that a session costs no commit of its own.
 */
export class SessionChanges {
  readonly #changed = new Map<string, Change>();
  readonly #kept: boolean;

  /** @param kept whether anybody makes it durable; nothing is noted where nobody does */
  constructor(kept: boolean) {
    this.#kept = kept;
  }

  get size(): number {
    return this.#changed.size;
  }

  /** Something about the session has changed, its end included. */
  changed(session: Session): void {
    // One that never was to outlive its connection is nobody's concern.
    if (this.#kept && (session.expirySeconds > 0 || session.onDisk)) this.#change(session);
  }

  /** The client has released the number of a QoS 2 message. */
  released(session: Session, packetId: number): void {
    if (this.#kept) this.#change(session).released.push(packetId);
  }

  /**
   * Everything since it was taken last. Whoever takes it makes it durable.
   * @param offset what the milliseconds since 1970 are ahead of the broker's clock
   */
  take(offset: number): BrokerSessionChange[] {
    const taken: BrokerSessionChange[] = [];
    for (const [clientId, { session, renewed, released }] of this.#changed) {
      const kept = !session.ended && session.expirySeconds > 0;
      if (!kept && !session.onDisk && !renewed) continue;
      session.onDisk = kept;
      taken.push({
        clientId,
        session: kept ? stateOf(session, offset) : null,
        renewed: renewed || !kept,
        released,
      });
    }
    this.#changed.clear();
    return taken;
  }

  #change(session: Session): Change {
    const known = this.#changed.get(session.clientId);
    if (known?.session === session) return known;
    // Whatever was to be said of another session under this identifier is said by the end of it.
    const change = { session, renewed: known !== undefined, released: [] };
    this.#changed.set(session.clientId, change);
    return change;
  }
}

function stateOf(session: Session, offset: number): BrokerSession {
  const { clientId, user, expirySeconds, awaySince } = session;
  return {
    clientId,
    user: user ?? null,
    expirySeconds,
    awaySinceMs: awaySince === undefined ? null : Math.round(awaySince + offset),
    subscriptions: Array.from(
      session.subscriptions.values(),
      ({ filter, qos, noLocal, retainAsPublished, identifier }) => ({
        filter,
        qos,
        noLocal,
        retainAsPublished,
        identifier,
      }),
    ),
  };
}
