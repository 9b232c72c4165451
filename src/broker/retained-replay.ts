import type { BrokerMessage } from "./broker-message.ts";
import type { RetainedMessages } from "./retained-messages.ts";

/** The retained messages that a new subscription is still to be sent, one after the other as its client takes them. */
export class RetainedReplay {
  readonly qos: 0 | 1 | 2;
  readonly identifiers: readonly number[];
  readonly #messages: Iterator<BrokerMessage | undefined>;
  #next: BrokerMessage | undefined;

  /** @param identifier of the subscription; 0: none */
  constructor(retained: RetainedMessages, filter: string, qos: 0 | 1 | 2, identifier: number) {
    this.qos = qos;
    this.identifiers = identifier === 0 ? [] : [identifier];
    this.#messages = retained.match(filter);
  }

  /** The one that is to be sent; `rest` where others should have their turn first, undefined at the end. */
  peek(): BrokerMessage | "rest" | undefined {
    if (this.#next !== undefined) return this.#next;
    const { value, done } = this.#messages.next();
    if (done === true) return undefined;
    this.#next = value;
    return value ?? "rest";
  }

  /** It was sent. */
  advance(): void {
    this.#next = undefined;
  }
}
