import type { DeliverySession, SessionLoss, SessionNotes } from "../log/delivery-session.ts";

/** What a session watch is made of. */
export interface SessionWatchDependencies {
  readonly notes: SessionNotes;
  readonly broker: string;
  readonly clientId: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onLoss: (loss: SessionLoss) => void;
}

/**
 * Notices that another broker has lost our session, across restarts too: it may have been restarted without
 * persistence while the data center was stopped. What it should have kept from our going until our new subscription is
 * gone; of what has numbers that shows by itself, of the rest only the time can be told.
 */
export class SessionWatch {
  readonly #dependencies: SessionWatchDependencies;
  #lostSince: number | undefined;

  constructor(dependencies: SessionWatchDependencies) {
    this.#dependencies = dependencies;
  }

  /** The broker has accepted the connection, and says whether it still had the session. */
  connected(sessionPresent: boolean): void {
    const known = this.#known();
    if (known === undefined) {
      if (!sessionPresent) this.#keep(null);
      return;
    }
    const { aliveAt, lostSince } = known;
    if (sessionPresent && lostSince === null) return;
    // A process that was killed noted no end: what it committed last was later than what it noted.
    this.#lostSince = lostSince ?? Math.max(aliveAt, this.#dependencies.notes.lastCommitAt);
    this.#keep(this.#lostSince);
  }

  /** The subscription stands: from now on nothing is missed. */
  subscribed(): void {
    if (this.#lostSince !== undefined) {
      const { notes, broker, clientId, now, onLoss } = this.#dependencies;
      const loss = { broker, clientId, fromMs: this.#lostSince, untilMs: now() };
      this.#lostSince = undefined;
      notes.noteSessionLoss(loss);
      onLoss(loss);
    }
    this.#keep(null);
  }

  /** The session is in use up to now: to be called when the connection ends, and now and then before. */
  alive(): void {
    if (this.#lostSince === undefined && this.#known() !== undefined) this.#keep(null);
  }

  #known(): DeliverySession | undefined {
    const { notes, broker, clientId } = this.#dependencies;
    return notes.session(broker, clientId);
  }

  #keep(lostSince: number | null): void {
    const { notes, broker, clientId, now } = this.#dependencies;
    notes.keepSession({ broker, clientId, aliveAt: now(), lostSince });
  }
}
