/** What the broker tells whoever watches it. Texts from clients are cut to a sane length, but otherwise as they came. */
export type BrokerEvent =
  | {
      readonly kind: "connected";
      readonly clientId: string;
      readonly remote: string;
      readonly user: string | undefined;
      /** 3, 4 (MQTT 3.1.1) or 5. */
      readonly protocolVersion: number;
    }
  | {
      readonly kind: "disconnected";
      readonly clientId: string;
      readonly remote: string;
      /** `client`: it said goodbye; `lost`: the connection broke; otherwise why the broker closed it. */
      readonly reason: string;
    }
  | {
      readonly kind: "connection-refused";
      readonly remote: string;
      readonly clientId: string | undefined;
      /** The user name that it came with, true or not. */
      readonly user?: string | undefined;
      readonly reason: RefusalReason;
      readonly detail: string;
    }
  | {
      readonly kind: "publish-refused";
      readonly clientId: string;
      readonly user: string | undefined;
      readonly remote: string;
      readonly topic: string;
      readonly reason: PublishRefusal;
      readonly detail: string;
    }
  | {
      readonly kind: "subscribe-refused";
      readonly clientId: string;
      readonly user: string | undefined;
      readonly remote: string;
      readonly filter: string;
      readonly detail: string;
    }
  | {
      /** A message did not go out to a subscriber; it is in the log all the same. */
      readonly kind: "delivery-dropped";
      readonly clientId: string;
      readonly user?: string | undefined;
      readonly remote?: string;
      readonly topic: string;
      readonly reason: DeliveryDrop;
    }
  | { readonly kind: "session-ended"; readonly clientId: string; readonly reason: "expired" | "sessions" }
  | { readonly kind: "retained-dropped"; readonly topic: string }
  | {
      /** A will did not go into the log. */
      readonly kind: "will-discarded";
      readonly clientId: string;
      readonly user?: string | undefined;
      readonly remote?: string;
      readonly topic: string;
      readonly reason: WillDiscard;
    }
  | {
      /** A new connection of the same user has ended an older one. */
      readonly kind: "taken-over";
      readonly clientId: string;
      readonly user: string | undefined;
      readonly remote: string;
      /** Where the older one came from. */
      readonly from: string;
    }
  | { readonly kind: "passwords-invalid"; readonly detail: string }
  | { readonly kind: "defect"; readonly detail: string };

/** Why a connection was refused; few and fixed, for metrics. */
export type RefusalReason =
  | "connections"
  | "timeout"
  | "protocol"
  | "client-id"
  | "will"
  | "credentials"
  | "too-many-attempts"
  | "certificate"
  | "session-of-other-user"
  | "origin"
  | "shutting-down";

/** Why a message did not go to a client that had subscribed to it. */
export type DeliveryDrop = "backlog" | "too-large" | "queue" | "not-authorized";

/** Why a will did not go into the log. */
export type WillDiscard = "shutdown" | "not-stored" | "not-authorized";

/** Why a publish was refused; few and fixed, for metrics. */
export type PublishRefusal = "not-authorized" | "topic-limits" | "receive-maximum" | "malformed";

/** An event as it is handed out. */
export type ReportedEvent = BrokerEvent & {
  /** Events of the same kind that were left out since the last one, because there were too many. */
  readonly suppressed: number;
};

/** What the broker counts, since its start unless said otherwise. */
export interface BrokerStats {
  /** Open network connections, now. */
  readonly connections: number;
  /** Clients with an accepted CONNECT, now. */
  readonly clients: number;
  readonly connected: number;
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  readonly messagesIn: number;
  /** Bytes read from clients, protocol included. */
  readonly bytesIn: number;
  readonly publishesRefused: Readonly<Partial<Record<PublishRefusal, number>>>;
  readonly deliveriesDropped: number;
  readonly willsDiscarded: number;
  readonly retainedDropped: number;
  /** Sessions that outlive their connection, now. */
  readonly sessions: number;
  /** Messages of QoS 1 and 2 that clients have not acknowledged, now. */
  readonly queuedMessages: number;
  /** Retained messages, now. */
  readonly retainedMessages: number;
  /** Messages handed to the sink that it has not answered yet, now. */
  readonly inFlight: number;
}
