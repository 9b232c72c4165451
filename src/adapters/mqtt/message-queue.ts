import { ConcheError } from "../../errors/conche-error.ts";
import type { PublishedMessage, PublishOutcome } from "../../mqtt/machine-connection.ts";
import { FIRST_FAILURE, REASON, reasonText } from "../../mqtt/reason-codes.ts";
import type { ConnackLimits } from "./broker-connection.ts";

/** What a queue is made with. */
export interface MessageQueueOptions {
  /** The broker, for messages. */
  readonly display: string;
  readonly maxQueued: number;
}

/** Sends a message: gives its packet identifier (QoS 1), or calls back when it is written (QoS 0). */
export type SendMessage = (message: PublishedMessage, written: () => void) => number;

interface Entry {
  readonly message: PublishedMessage;
  readonly resolve: (outcome: PublishOutcome) => void;
}

/** Messages on their way at once: a round trip's worth; the broker may ask for less. */
const WINDOW = 64;
/** Fixed header, lengths and properties: more than what a packet adds to its topic and payload. */
const PACKET_OVERHEAD_BYTES = 128;

/**
 * A machine's messages, sent in order over whichever connection there is. What a connection took with it when it
 * broke is sent again on the next one, in front of the rest: so QoS 1 arrives at least once.
 */
export class MessageQueue {
  readonly #options: MessageQueueOptions;
  #waiting: Entry[] = [];
  /** Sent and not answered, oldest first; QoS 0 until the network has taken it. */
  readonly #sent = new Set<Entry>();
  readonly #byPacketId = new Map<number, Entry>();
  #send: SendMessage | undefined;
  #window = WINDOW;
  #maximumPacketBytes = Number.POSITIVE_INFINITY;
  #pumping = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: MessageQueueOptions) {
    this.#options = options;
  }

  /** Takes a message over; resolves with what became of it. */
  add(message: PublishedMessage): Promise<PublishOutcome> {
    const invalid = reasonAgainst(message);
    if (invalid !== undefined) return Promise.resolve(this.#refusal(message, invalid));
    if (this.#waiting.length >= this.#options.maxQueued) {
      const error = new ConcheError("CONCHE_PUBLISH_LIMIT", {
        message: `${this.#options.maxQueued} messages wait for ${this.#options.display}; ${message.topic} was not taken`,
        retryable: true,
      });
      return Promise.resolve({ kind: "refused", error });
    }
    return new Promise((resolve) => {
      this.#waiting.push({ message, resolve });
      this.#pump();
    });
  }

  /** There is a connection: sends what waits, within its limits. */
  attach(limits: ConnackLimits, send: SendMessage): void {
    this.#window = Math.min(WINDOW, limits.receiveMaximum);
    this.#maximumPacketBytes = limits.maximumPacketBytes;
    this.#send = send;
    this.#pump();
  }

  /** The connection is gone: what it had not finished waits again. */
  detach(): void {
    this.#send = undefined;
    this.#waiting = [...this.#sent, ...this.#waiting];
    this.#sent.clear();
    this.#byPacketId.clear();
  }

  /** The broker's PUBACK. */
  answer(packetId: number, reasonCode: number, reasonString: string | undefined): void {
    const entry = this.#byPacketId.get(packetId);
    if (entry === undefined) return;
    this.#byPacketId.delete(packetId);
    this.#finish(entry, this.#outcome(entry.message, reasonCode, reasonString));
  }

  /** Resolves when everything taken over has been answered, when there is no connection, or after this time. */
  async answered(timeoutMs: number): Promise<void> {
    if (this.#send === undefined || this.#isEmpty) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }

  refuseAll(error: ConcheError): void {
    this.detach();
    for (const { resolve } of this.#waiting.splice(0)) resolve({ kind: "refused", error });
    this.#onEmpty?.();
  }

  get #isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#sent.size === 0;
  }

  #pump(): void {
    // A QoS 0 message may be finished while it is being sent.
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#send !== undefined && this.#sent.size < this.#window) {
      const entry = this.#waiting.shift();
      if (entry === undefined) break;
      this.#sendEntry(entry, this.#send);
    }
    this.#pumping = false;
    if (this.#isEmpty) this.#onEmpty?.();
  }

  #sendEntry(entry: Entry, send: SendMessage): void {
    const { message, resolve } = entry;
    const bytes =
      Buffer.byteLength(message.topic) + Buffer.byteLength(message.payload) + PACKET_OVERHEAD_BYTES;
    if (bytes > this.#maximumPacketBytes) {
      resolve(this.#refusal(message, `larger than the ${this.#maximumPacketBytes} bytes the broker takes`));
      return;
    }
    this.#sent.add(entry);
    const packetId = send(message, () => this.#finish(entry, { kind: "sent" }));
    if (message.qos > 0) this.#byPacketId.set(packetId, entry);
  }

  #finish(entry: Entry, outcome: PublishOutcome): void {
    this.#sent.delete(entry);
    entry.resolve(outcome);
    this.#pump();
  }

  #outcome(message: PublishedMessage, reasonCode: number, reasonString: string | undefined): PublishOutcome {
    if (reasonCode === REASON.NO_MATCHING_SUBSCRIBERS) return { kind: "no-subscriber" };
    if (reasonCode < FIRST_FAILURE) return { kind: "sent" };
    return this.#refusal(message, reasonText(reasonCode, reasonString));
  }

  #refusal(message: PublishedMessage, why: string): PublishOutcome {
    const error = new ConcheError("CONCHE_BROKER_REFUSED", {
      message: `${this.#options.display} does not take the message to ${message.topic}: ${why}`,
      hint: "check the broker's access rules and limits for this machine",
    });
    return { kind: "refused", error };
  }
}

/** A packet that breaks the protocol would end the connection, and be sent again on the next one, for ever. */
function reasonAgainst({ topic }: PublishedMessage): string | undefined {
  if (topic === "" || /[+#\0]/.test(topic) || !topic.isWellFormed()) return "not a topic to publish to";
  if (Buffer.byteLength(topic) > 65_535) return "the topic is too long";
  return undefined;
}
