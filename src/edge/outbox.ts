import type { Identity, Publisher, UserProperties } from "../contract/identity.ts";
import type { MachineKey, MessageType } from "../contract/topic.ts";
import type { SeqRange } from "../sequence/seq-range.ts";

/** What travels beside the bytes of a payload that must stay as it is; its identity goes there too. */
export interface RawProperties {
  readonly contentType?: string;
  readonly userProperties?: UserProperties;
  /** Whether a state is retained, where its publisher may have said no; yes when left out. */
  readonly retain?: boolean;
  readonly payloadFormatIndicator?: boolean;
  readonly responseTopic?: string;
  readonly correlationDataBase64?: string;
  /** When its publisher wants it forgotten, milliseconds since 1970. */
  readonly expiresAt?: number;
}

/** A message as the outbox keeps it. */
export interface OutboxMessage {
  readonly seq: number;
  readonly type: MessageType;
  /** Kept until a receipt covers it, whatever happens; else telemetry, of which the oldest may go. */
  readonly durable: boolean;
  /** With its identity inside, or, where `raw` is given, without. */
  readonly payload: string | Uint8Array;
  readonly raw?: RawProperties | undefined;
}

/** A message on its way into the outbox. */
export interface NewMessage extends OutboxMessage {
  readonly publisher: Publisher;
  /** Its number was given by somebody else, who may have given others that never come here. */
  readonly forwarded?: true;
}

/** Messages, and the bytes that they take. */
export interface Quantity {
  readonly messages: number;
  readonly bytes: number;
}
/** A quantity that is counted along. */
export type MutableQuantity = { -readonly [Field in keyof Quantity]: Quantity[Field] };

/** What an outbox holds, or what was taken out of it. */
export interface Holding {
  readonly durable: Quantity;
  readonly telemetry: Quantity;
}

/** What is held of one publisher. */
export interface PublisherHolding extends Holding {
  readonly publisher: Publisher;
  /** The highest number held. */
  readonly highest: number;
}

/** Telemetry that made room for newer. */
export interface DroppedTelemetry extends Quantity {
  readonly publisher: Publisher;
}

/** The last state that a machine has said: the one that is retained, also when no receipt is missing for it. */
export interface NewestState extends Identity {
  readonly machine: MachineKey;
  readonly payload: string | Uint8Array;
  readonly raw?: RawProperties | undefined;
  /** The highest number among the states that the machine has numbered itself, where it does. */
  readonly forwarded?: Identity | undefined;
}

/**
 * A message without an identity that was taken over from a broker or client at QoS 1: when it comes again because its
 * PUBACK got lost, it is known by this.
 */
export interface Transfer {
  /** The client that sent it; empty for the broker that this process is a client of. */
  readonly sender: string;
  readonly packetId: number;
  /** Of topic and payload. */
  readonly digest: string;
}

/** What is remembered together with an append, in the same commit. */
export interface AppendNotes {
  readonly states?: readonly NewestState[];
  readonly transfers?: readonly Transfer[];
  /** Senders whose earlier transfers will not come again: their session is gone. */
  readonly endedSenders?: readonly string[];
}

/** What an outbox remembers beside messages. */
export interface OutboxMemory {
  /** What distinguishes this outbox from every other. */
  readonly id: string;
  readonly states: readonly NewestState[];
  /** The latest ones, oldest first. */
  readonly transfers: readonly Transfer[];
}

/** Transfers that an outbox remembers; far more than a broker sends ahead of acknowledgements. */
export const REMEMBERED_TRANSFERS = 65_536;

/** What became of the messages of one append that weren't simply taken. */
export interface AppendOutcome {
  /** Telemetry that had to go for it. */
  readonly dropped: readonly DroppedTelemetry[];
  /** Indexes of messages whose number is held already with the same type and payload. */
  readonly known: readonly number[];
  /** Indexes of messages whose number is held with another payload: not taken. */
  readonly conflicts: readonly number[];
}

/** Messages of one publisher, ascending, as far as one read goes. */
export interface ReadOutcome {
  /** Ascending. */
  readonly messages: readonly OutboxMessage[];
  /** Everything up to here that is held is among them. */
  readonly through: number;
}

/**
 * What a message is counted with beside its payload when the outbox's size is compared with its limits: number,
 * type, the row around them. The files are larger by what SQLite leaves free in its pages.
 */
export const MESSAGE_OVERHEAD_BYTES = 64;

/** The bytes a message counts for. */
export function storedBytes(payload: string | Uint8Array, raw: RawProperties | undefined): number {
  const body = typeof payload === "string" ? Buffer.byteLength(payload) : payload.length;
  const beside = raw === undefined ? 0 : Buffer.byteLength(JSON.stringify(raw));
  return body + beside + MESSAGE_OVERHEAD_BYTES;
}

/**
 * PORT. The messages that were handed over and that no receipt covers yet, on disk: those that must not be lost,
 * and, in a ring of limited size beside them, telemetry. One process has it open at a time. Calls are carried out
 * in the order they are made.
 */
export interface Outbox {
  /** What an earlier process has left, as found when it was opened, older boots first. */
  readonly leftovers: readonly PublisherHolding[];
  /** What it remembers beside them, as found when it was opened. */
  readonly memory: OutboxMemory;
  /**
   * Takes all of the messages or none, except those in conflict. When the promise resolves, the durable ones survive
   * the loss of power and the telemetry survives the end of the process.
   *
   * Rejects with a retryable ConcheError (CONCHE_DISK_FULL, CONCHE_OUTBOX_BUSY) when nothing was taken and the same
   * call may succeed later, with CONCHE_OUTBOX_IO or CONCHE_OUTBOX_CORRUPT when the outbox can't be written any more.
   */
  append(messages: readonly NewMessage[], notes?: AppendNotes): Promise<AppendOutcome>;
  /** The first messages of a publisher from … to, at most `limit`, fewer where they are large. */
  read(publisher: Publisher, from: number, to: number, limit: number): Promise<ReadOutcome>;
  /** Forgets the publisher's messages in these ranges; returns what they were. */
  delete(publisher: Publisher, ranges: readonly SeqRange[]): Promise<Holding>;
  /** When the oldest message that is held was handed over, milliseconds since 1970; undefined when none is. */
  oldest(): Promise<number | undefined>;
  close(): Promise<void>;
}
