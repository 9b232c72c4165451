import type { UserProperties } from "../contract/identity.ts";
import type { ConcheError } from "../errors/conche-error.ts";

/** MQTT 5 properties of a message that are kept with it. */
export interface DeliveredProperties {
  readonly contentType?: string | undefined;
  /** Whether the payload is said to be UTF-8 text (MQTT 5, 3.3.2.3.2). */
  readonly payloadFormatIndicator?: boolean | undefined;
  readonly userProperties?: UserProperties | undefined;
  readonly messageExpiryInterval?: number | undefined;
  readonly responseTopic?: string | undefined;
  readonly correlationData?: Uint8Array | undefined;
}

/** Of these, what a forwarder passes on as it is, or, where it is a time, what is left of it. */
export type TravellingProperties = Omit<DeliveredProperties, "contentType" | "userProperties">;

/** Those of a message that has them, without what is there but undefined; undefined where it has none. */
export function travellingProperties(
  given: DeliveredProperties | undefined,
): TravellingProperties | undefined {
  if (given === undefined) return undefined;
  const { payloadFormatIndicator, responseTopic, correlationData, messageExpiryInterval } = given;
  const travelling = {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    // One with a wildcard breaks the protocol (MQTT 5, 3.3.2.3.5): a broker would end the connection over it, for ever.
    ...(responseTopic === undefined || /[+#\0]/.test(responseTopic) ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
  };
  return Object.keys(travelling).length === 0 ? undefined : travelling;
}

/** A message as a broker hands it over, before anybody has looked inside. */
export interface DeliveredMessage {
  readonly topic: string;
  /** The payload bytes as received; the receiver may keep them. */
  readonly payload: Uint8Array;
  /** The payload's whole length, when it was over the delivery's limit and `payload` holds only its beginning. */
  readonly cutFromBytes?: number | undefined;
  /** When it was received, milliseconds since 1970, where that isn't now. */
  readonly receivedAt?: number | undefined;
  readonly qos: number;
  /** The retain flag as the delivery shows it. */
  readonly retain: boolean;
  /** Whether a cleared retain flag means that the publisher didn't set it (not so behind an MQTT 3.1.1 broker). */
  readonly retainVisible: boolean;
  /**
   * Whether this may be the broker's replay of a retained message to a new subscription instead of a new event.
   * The embedded broker sees every publish once, so it is never one there.
   */
  readonly mayBeReplay: boolean;
  readonly properties: DeliveredProperties | undefined;
  /** What it takes in memory (`heldBytes`), bytes, where its broker has counted that already. */
  readonly held?: number | undefined;
  /** The handshake that brought it at QoS 1, for whoever has to know a message without an identity again. */
  readonly transfer?: DeliveredTransfer | undefined;
  /** Whether its sender asks what became of it, and can be told. */
  readonly wantsVerdict?: boolean | undefined;
}

/** By what a message of QoS 1 or 2 can be known when its sender repeats it. */
export interface DeliveredTransfer {
  /** The client that sent it; empty where this process is a client of the broker. */
  readonly sender: string;
  readonly packetId: number;
  /** The DUP flag: its sender may have sent it before. */
  readonly repeated: boolean;
  /** Whether its number is to be kept with it (QoS 2): the sender's session outlives this process. */
  readonly once?: boolean;
}

/** What became of a message, in a line for whoever sent it. */
export type VerdictText = string;

/**
 * Called once per accepted message: without an error when the message is on disk (stored, or in quarantine, or a
 * duplicate of one that is), with an error when it isn't and must not be acknowledged. It is told which message, so
 * that one function serves all messages of a connection: a closure for each would be the larger part of what waits. Who asked for it is told what became of the message.
 */
export type Settle<Message extends DeliveredMessage = DeliveredMessage> = (
  error: ConcheError | undefined,
  message: Message,
  verdict?: VerdictText,
) => void;

/** Where a delivery puts what it receives. */
export interface MessageSink {
  /** Takes a message over. Never throws; the answer comes through `settle`, in the order of acceptance. */
  accept<Message extends DeliveredMessage>(message: Message, settle: Settle<Message>): void;
  /**
   * Makes durable what a delivery keeps about its sessions, with the next messages or without; calls back once it is.
   * Left out where nothing is kept.
   */
  persist?(done: (error: ConcheError | undefined) => void): void;
  /** True while more is waiting than memory is set aside for: stop reading from the network. */
  readonly saturated: boolean;
  /** Calls back once, as soon as the sink is no longer saturated. */
  onRelief(resume: () => void): void;
}

/** What a delivery is doing. */
export interface DeliveryStatus {
  /** Connected and subscribed with the QoS the policy needs (for an embedded broker: listening). */
  readonly ready: boolean;
  /** One line for people: where it is connected, or why it isn't. */
  readonly detail: string;
}

/** A message from the data center to a machine (a receipt, a command); always QoS 1. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly userProperties?: UserProperties | undefined;
  readonly properties?: TravellingProperties | undefined;
}

/** PORT. Brings messages from a broker to the sink and acknowledges each one after its commit. */
export interface Delivery {
  /** Whether it is the broker itself, whose retained messages have no other home than the log. */
  readonly ownsRetained?: boolean;
  /** Starts delivering. An embedded broker resolves when it listens; a consumer when it has begun to connect. */
  start(sink: MessageSink): Promise<void>;
  status(): DeliveryStatus;
  /** Hands a message to the broker. Resolves when it has been taken over; rejects when it can't be sent now. */
  publish(message: OutgoingMessage): Promise<void>;
  /** Takes no new messages; what was accepted before can still be acknowledged. */
  pause(): Promise<void>;
  /** Closes all connections. */
  stop(): Promise<void>;
}
