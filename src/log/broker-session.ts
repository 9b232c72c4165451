/** A subscription of a kept session, as its client asked for it (MQTT 5, 3.8.3). */
export interface KeptSubscription {
  /** With `$share/…` where it shares. */
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 0: none. */
  readonly identifier: number;
}

/** A session of the embedded broker that asked to outlive its connection, without what waits for its client. */
export interface BrokerSession {
  readonly clientId: string;
  /** Whose it is; null where nobody has to say who they are. */
  readonly user: string | null;
  readonly expirySeconds: number;
  /** Since when its client is away, milliseconds since 1970; null where it was there. */
  readonly awaySinceMs: number | null;
  readonly subscriptions: readonly KeptSubscription[];
}

/** A session as it was kept, with the numbers of QoS 2 messages that its client has not released. */
export interface RestoredSession extends BrokerSession {
  readonly received: readonly number[];
}

/** What became of a session since the last commit. */
export interface BrokerSessionChange {
  readonly clientId: string;
  /** As it is now; null: there is none any more. */
  readonly session: BrokerSession | null;
  /** It has nothing to do with the one before under this identifier, whose numbers are forgotten. */
  readonly renewed: boolean;
  /** Numbers of QoS 2 messages that the client has released. */
  readonly released: readonly number[];
}

/** The number of a QoS 2 message, which becomes durable together with it. */
export interface ReceivedOnce {
  readonly clientId: string;
  readonly packetId: number;
}
