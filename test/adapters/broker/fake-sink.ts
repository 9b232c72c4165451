import { EventEmitter, once } from "node:events";
import type { ConcheError } from "../../../src/errors/conche-error.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../../../src/mqtt/delivery.ts";

/** A message as it came, with what answers for it. */
export interface Accepted {
  readonly message: DeliveredMessage;
  readonly text: string;
  readonly settle: (error?: ConcheError) => void;
}

/** A sink whose commits happen when the test says so, or by themselves a turn later. */
export class FakeSink implements MessageSink {
  readonly accepted: Accepted[] = [];
  /** Settles by itself in the next turn of the event loop. */
  automatic: boolean;
  saturated = false;
  /** What whoever asks is told. */
  verdict = "stored";
  readonly #arrivals = new EventEmitter();
  #settled = 0;
  #relief: (() => void)[] = [];

  constructor(automatic = true) {
    this.automatic = automatic;
  }

  accept<Message extends DeliveredMessage>(message: Message, settle: Settle<Message>): void {
    this.accepted.push({
      message,
      settle: (error) => settle(error, message, message.wantsVerdict === true ? this.verdict : undefined),
      text: Buffer.from(message.payload).toString(),
    });
    if (this.automatic) setImmediate(() => this.settleAll());
    this.#arrivals.emit("message");
  }

  onRelief(resume: () => void): void {
    this.#relief.push(resume);
  }

  relieve(): void {
    this.saturated = false;
    for (const resume of this.#relief.splice(0)) resume();
  }

  /** Answers for everything not answered for yet, in the order of acceptance. */
  settleAll(error?: ConcheError): void {
    const waiting = this.accepted.slice(this.#settled);
    this.#settled = this.accepted.length;
    for (const { settle } of waiting) settle(error);
  }

  /** Resolves once so many messages have come in all; gives them. */
  async have(count: number): Promise<readonly Accepted[]> {
    while (this.accepted.length < count) await once(this.#arrivals, "message");
    return this.accepted;
  }

  texts(): string[] {
    return this.accepted.map(({ text }) => text);
  }
}
