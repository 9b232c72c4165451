import { type KeptMessage, keptBytes } from "./kept-message.ts";

/** Which message of a queue is meant: by the identifier its client knows, otherwise by aedes' number. */
export interface QueueKey {
  readonly messageId?: number | undefined;
  readonly brokerCounter?: number | undefined;
}

/** The QoS 1 messages one session has not acknowledged, oldest first. */
export class SessionQueue {
  readonly #messages = new Map<number, KeptMessage>();
  readonly #counters = new Map<number, number>();
  #bytes = 0;

  get length(): number {
    return this.#messages.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(message: KeptMessage): void {
    this.#messages.set(message.brokerCounter, message);
    this.#bytes += keptBytes(message);
  }

  /** Notes under which packet identifier the client got a message. */
  identify(brokerCounter: number, messageId: number): void {
    const message = this.#messages.get(brokerCounter);
    if (message === undefined) return;
    message.messageId = messageId;
    this.#counters.set(messageId, brokerCounter);
  }

  take(key: QueueKey): KeptMessage | undefined {
    const counter = key.messageId === undefined ? key.brokerCounter : this.#counters.get(key.messageId);
    return counter === undefined ? undefined : this.#remove(counter);
  }

  takeOldest(): KeptMessage | undefined {
    const oldest = this.#messages.keys().next();
    return oldest.done ? undefined : this.#remove(oldest.value);
  }

  messages(): KeptMessage[] {
    return [...this.#messages.values()];
  }

  #remove(counter: number): KeptMessage | undefined {
    const message = this.#messages.get(counter);
    if (message === undefined) return undefined;
    this.#messages.delete(counter);
    if (message.messageId !== undefined) this.#counters.delete(message.messageId);
    this.#bytes -= keptBytes(message);
    return message;
  }
}
