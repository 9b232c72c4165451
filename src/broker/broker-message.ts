import type { DeliveredMessage, DeliveredProperties, DeliveredTransfer } from "../mqtt/delivery.ts";
import type { MessageProperties } from "../mqtt/wire/message-properties.ts";

/** A topic name as text and as the bytes it travels in; one object for the many messages of a machine. */
export interface TopicName {
  readonly text: string;
  readonly bytes: Buffer;
}

/** What a message takes beside its topic, payload and properties, roughly, bytes. */
const OVERHEAD_BYTES = 200;

/**
 * A message from its PUBLISH to the last of its subscribers. One object is all that waits per message: it goes to the
 * sink, comes back with the answer, and is what queues and retained messages hold.
 */
export class BrokerMessage implements DeliveredMessage {
  readonly name: TopicName;
  payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly carried: MessageProperties | undefined;
  /** Who published it. */
  readonly publisher: string;
  /** When it expires, on the broker's clock, milliseconds; undefined: never. */
  expiresAt: number | undefined;
  #kept = false;

  constructor(
    name: TopicName,
    payload: Buffer,
    qos: 0 | 1 | 2,
    retain: boolean,
    carried: MessageProperties | undefined,
    publisher: string,
  ) {
    this.name = name;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.carried = carried;
    this.publisher = publisher;
    this.expiresAt = undefined;
  }

  get topic(): string {
    return this.name.text;
  }

  /** A publisher's flag reaches us as it was set. */
  get retainVisible(): boolean {
    return true;
  }

  get mayBeReplay(): boolean {
    return false;
  }

  get properties(): DeliveredProperties | undefined {
    return this.carried?.delivered;
  }

  /** Nobody waits for an answer to it. */
  get wantsVerdict(): boolean {
    return false;
  }

  get transfer(): DeliveredTransfer | undefined {
    return undefined;
  }

  /** What it holds in memory while it waits or is kept, bytes. */
  get heldBytes(): number {
    const carried = this.carried === undefined ? 0 : this.carried.heldBytes;
    return this.payload.length + 3 * this.name.bytes.length + carried + OVERHEAD_BYTES;
  }

  /**
   * It stays for longer: from now on it holds its own bytes. What came from the network is a part of what was read in
   * one go, and to hold on to the part would be to hold on to the whole.
   */
  keep(): this {
    if (this.#kept) return this;
    this.#kept = true;
    this.payload = Buffer.from(this.payload);
    this.carried?.keep();
    return this;
  }

  /** What is left of its time at `now`, seconds, rounded up; undefined: it has no end; 0: it is over. */
  expirySeconds(now: number): number | undefined {
    if (this.expiresAt === undefined) return undefined;
    return Math.max(0, Math.ceil((this.expiresAt - now) / 1_000));
  }
}

/** A topic name that isn't known from before. */
export function topicName(text: string): TopicName {
  return { text, bytes: Buffer.from(text) };
}
