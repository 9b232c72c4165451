import type { BrokerMessage } from "./broker-message.ts";
import type { Connection } from "./connection.ts";
import { Outgoing } from "./outgoing.ts";
import { PacketIdSet } from "./packet-id-set.ts";
import type { RetainedReplay } from "./retained-replay.ts";

/** A will that waits for its delay, with whoever it was the will of. */
export interface PendingWill {
  readonly message: BrokerMessage;
  readonly user: string | undefined;
  readonly remote: string;
  /** On the broker's clock, milliseconds. */
  readonly dueAt: number;
}

/** A subscription of a session (MQTT 5, 3.8.3). */
export interface Subscription {
  readonly session: Session;
  /** As the client wrote it, with `$share/…` where it shares. */
  readonly filter: string;
  /** What topics are held against. */
  readonly matched: string;
  /** The group it shares with; undefined: none. */
  readonly group: string | undefined;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 0: none. */
  readonly identifier: number;
}

/**
 * What the broker knows of a client beyond its connection (MQTT 5, 4.1): subscriptions, what it is owed, and the QoS 2
 * messages that it has not released yet.
 */
export class Session {
  readonly clientId: string;
  /** The user it belongs to; nobody else may resume it. */
  readonly user: string | undefined;
  /** Where its client was last. */
  remote: string;
  /** How long it outlives its connection, seconds; 0: not at all. */
  expirySeconds = 0;
  /** Since when its client is away, on the broker's clock; undefined while connected. */
  awaySince: number | undefined;
  connection: Connection | undefined;
  readonly subscriptions = new Map<string, Subscription>();
  readonly outgoing = new Outgoing();
  /** QoS 2 messages that are on disk and not released by their publisher. */
  readonly received = new PacketIdSet();
  /** Those on their way to the disk, each with the connection that waits for its PUBREC. */
  readonly storing = new Map<number, Connection>();
  /** Retained messages that are still to be sent on this connection, by filter. */
  readonly replays = new Map<string, RetainedReplay>();
  /** Whether more is about to be sent, in a turn of its own. */
  pumping = false;
  will: PendingWill | undefined;
  ended = false;
  /** Whether the next start of the broker would find it. */
  onDisk = false;

  constructor(clientId: string, user: string | undefined, remote: string) {
    this.clientId = clientId;
    this.user = user;
    this.remote = remote;
  }
}
