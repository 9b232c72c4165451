import type { ConcheError } from "../../errors/conche-error.ts";
import type { DeliveredMessage, DeliveredTransfer, MessageSink, Settle } from "../../mqtt/delivery.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import type { ConsumerStats } from "./consumer-event.ts";
import type { ConsumerSettings } from "./options.ts";
import type { ReceivedPublish } from "./publish-reader.ts";

/** What the intake of a connection is made of. */
export interface IntakeDependencies {
  readonly settings: ConsumerSettings;
  readonly sink: MessageSink;
  readonly stats: ConsumerStats;
  readonly write: (bytes: Buffer) => void;
  /** A message was not stored: what follows it must not be acknowledged, so the connection has to go. */
  readonly notStored: (error: ConcheError) => void;
  /** Whether the message may be the broker's replay of one that it has retained. */
  readonly mayBeReplay: (topic: string, retain: boolean) => boolean;
  /** A message over the limit was cut. */
  readonly oversize: (topic: string, bytes: number) => void;
}

/**
 * There are no more packet identifiers than this. The receive maximum is not held against the broker: Mosquitto
 * 2.0.11 sends more than that now and then, and dropping the connection brings the same messages again, for ever.
 * Memory is bounded by the sink, not by the broker's good behaviour.
 */
const MAX_UNACKNOWLEDGED = 65_535;

/** A QoS 0 message has no acknowledgement to wait for. */
const NO_TICKET = -1;

/** A message on its way through the sink, with its place among the acknowledgements. */
class TicketedMessage implements DeliveredMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly cutFromBytes: number | undefined;
  readonly qos: number;
  readonly retain: boolean;
  readonly retainVisible: boolean;
  readonly mayBeReplay: boolean;
  readonly properties: DeliveredMessage["properties"];
  readonly ticket: number;
  readonly #packetId: number;
  readonly #dup: boolean;

  constructor(publish: ReceivedPublish, retainVisible: boolean, mayBeReplay: boolean, ticket: number) {
    this.topic = publish.topic;
    this.payload = publish.payload;
    this.cutFromBytes = publish.cutFromBytes;
    this.qos = publish.qos;
    this.retain = publish.retain;
    this.retainVisible = retainVisible;
    this.mayBeReplay = mayBeReplay;
    this.properties = publish.properties;
    this.ticket = ticket;
    this.#packetId = publish.packetId;
    this.#dup = publish.dup;
  }

  /** Made when asked for: a data center never does. */
  get transfer(): DeliveredTransfer | undefined {
    return this.qos === 0 ? undefined : { sender: "", packetId: this.#packetId, repeated: this.#dup };
  }
}

/** The messages of one connection on their way to the sink, and their acknowledgements on the way back. */
export class Intake {
  readonly #dependencies: IntakeDependencies;
  readonly #acknowledgements: Acknowledgements;
  readonly #retainVisible: boolean;
  #leavingUnread = false;
  #closed = false;

  constructor(dependencies: IntakeDependencies) {
    const { settings, stats, write } = dependencies;
    this.#dependencies = dependencies;
    // MQTT 3.1.1 clears the flag on everything but the replay of retained messages [MQTT-3.3.1-9].
    this.#retainVisible = settings.protocol === 5;
    this.#acknowledgements = new Acknowledgements((bytes, count) => {
      if (this.#closed) return;
      stats.acknowledged += count;
      write(bytes);
    });
  }

  /** Messages received and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#acknowledgements.waiting;
  }

  /** Whether reading must stop until the sink has room again. */
  get saturated(): boolean {
    return !this.#leavingUnread && this.#dependencies.sink.saturated;
  }

  /** @throws ProtocolViolation */
  take(publish: ReceivedPublish): void {
    const { sink, stats } = this.#dependencies;
    if (publish.qos === 2)
      throw new ProtocolViolation(REASON.PROTOCOL_ERROR, "QoS 2, where QoS 1 is the most asked for");
    if (this.#leavingUnread) {
      stats.leftUnread++;
      return;
    }
    const ticket = publish.qos === 0 ? NO_TICKET : this.#ticketFor(publish.packetId);
    if (publish.cutFromBytes !== undefined) {
      stats.oversize++;
      this.#dependencies.oversize(publish.topic, publish.cutFromBytes);
    }
    stats.received++;
    if (publish.dup) stats.redelivered++;
    const mayBeReplay = this.#dependencies.mayBeReplay(publish.topic, publish.retain);
    sink.accept(new TicketedMessage(publish, this.#retainVisible, mayBeReplay, ticket), this.#settled);
  }

  /** Hands nothing more to the sink. What comes is not acknowledged, so the broker keeps what it keeps at all. */
  leaveUnread(): void {
    this.#leavingUnread = true;
  }

  /** Sends the acknowledgements that are due, and none from then on. */
  close(): void {
    this.#acknowledgements.flush();
    this.#closed = true;
  }

  #ticketFor(packetId: number): number {
    if (this.#acknowledgements.waiting >= MAX_UNACKNOWLEDGED) {
      throw new ProtocolViolation(
        REASON.RECEIVE_MAXIMUM_EXCEEDED,
        `over ${MAX_UNACKNOWLEDGED} messages in flight`,
      );
    }
    return this.#acknowledgements.expect(packetId);
  }

  /** The sink's answer. */
  readonly #settled: Settle<TicketedMessage> = (error, { ticket }) => {
    const { stats, notStored } = this.#dependencies;
    if (error !== undefined) stats.refusedBySink++;
    if (ticket === NO_TICKET) return;
    if (error !== undefined) notStored(error);
    else if (this.#closed) stats.settledTooLate++;
    else this.#acknowledgements.settle(ticket);
  };
}
