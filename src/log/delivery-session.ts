/** What the log knows of its session at a broker: where messages wait while the data center is away. */
export interface DeliverySession {
  /** The broker's address, without user and password. */
  readonly broker: string;
  readonly clientId: string;
  /** When the session was last known to be in use, milliseconds since 1970. */
  readonly aliveAt: number;
  /** Set from the moment the broker said that it has no session until there is a subscription again. */
  readonly lostSince: number | null;
}

/** A time in which a broker kept nothing for the data center: unnumbered messages of then may be missing. */
export interface SessionLoss {
  readonly broker: string;
  readonly clientId: string;
  /** Milliseconds since 1970, both. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** PORT. What is kept with the log about sessions; all of it synchronous, because a connection waits for nothing. */
export interface SessionNotes {
  session(broker: string, clientId: string): DeliverySession | undefined;
  keepSession(session: DeliverySession): void;
  /** Puts a loss into the log's journal, for good. */
  noteSessionLoss(loss: SessionLoss): void;
  /** When the last commit was made, milliseconds since 1970; 0 before the first. */
  readonly lastCommitAt: number;
}
