import { matchesFilter } from "../../mqtt/topic-rules.ts";
import { type KeptMessage, keep, keptBytes, type PassingMessage } from "./kept-message.ts";

/** How many retained messages are kept. */
export interface RetainedLimits {
  readonly retainedMessages: number;
  readonly retainedBytes: number;
}

/** The last retained message of every topic that has one. */
export class RetainedStore {
  readonly #limits: RetainedLimits;
  readonly #overflow: (topic: string) => void;
  readonly #messages = new Map<string, KeptMessage>();
  #bytes = 0;

  constructor(limits: RetainedLimits, overflow: (topic: string) => void) {
    this.#limits = limits;
    this.#overflow = overflow;
  }

  get size(): number {
    return this.#messages.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Replaces the topic's message; an empty payload removes it (MQTT 5, 3.3.1.3). */
  store(message: PassingMessage): void {
    this.#remove(message.topic);
    if (message.payload.length === 0) return;
    const kept = keep(message);
    const bytes = keptBytes(kept);
    if (
      this.#messages.size >= this.#limits.retainedMessages ||
      this.#bytes + bytes > this.#limits.retainedBytes
    ) {
      this.#overflow(message.topic);
      return;
    }
    this.#messages.set(message.topic, kept);
    this.#bytes += bytes;
  }

  /** The retained messages that match any of the filters, each once. */
  *match(filters: readonly string[]): Generator<KeptMessage> {
    const [only] = filters;
    if (filters.length === 1 && only !== undefined && !/[+#]/.test(only)) {
      const exact = this.#messages.get(only);
      if (exact !== undefined) yield exact;
      return;
    }
    for (const message of this.#messages.values()) {
      if (filters.some((filter) => matchesFilter(filter, message.topic))) yield message;
    }
  }

  #remove(topic: string): void {
    const before = this.#messages.get(topic);
    if (before === undefined) return;
    this.#messages.delete(topic);
    this.#bytes -= keptBytes(before);
  }
}
