import type { ConcheError } from "../../../src/errors/conche-error.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../../../src/mqtt/delivery.ts";
import { Arrivals } from "../../servers/scripted-broker.ts";

/** A message as it came, with what settles it. */
export interface Accepted {
  readonly message: DeliveredMessage;
  readonly text: string;
  readonly settle: (error?: ConcheError) => void;
}

/** A sink that settles when the test says so. */
export class RecordingSink implements MessageSink {
  readonly #arrivals = new Arrivals<Accepted>();
  readonly #waiting: (() => void)[] = [];
  readonly #settleAtOnce: boolean;
  accepted = 0;
  /** Messages taken until reading must stop; raised by `relieve`. */
  capacity = Number.POSITIVE_INFINITY;

  constructor(settleAtOnce = false) {
    this.#settleAtOnce = settleAtOnce;
  }

  accept<Message extends DeliveredMessage>(message: Message, answer: Settle<Message>): void {
    this.accepted++;
    const settle = (error?: ConcheError) => answer(error, message);
    this.#arrivals.add({ message, settle, text: Buffer.from(message.payload).toString() });
    if (this.#settleAtOnce) settle();
  }

  get saturated(): boolean {
    return this.accepted >= this.capacity;
  }

  onRelief(resume: () => void): void {
    if (this.saturated) this.#waiting.push(resume);
    else resume();
  }

  /** Has room again, until `capacity` messages have come in all. */
  relieve(capacity = Number.POSITIVE_INFINITY): void {
    this.capacity = capacity;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  next(): Promise<Accepted> {
    return this.#arrivals.next();
  }

  async take(count: number): Promise<Accepted[]> {
    const taken: Accepted[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }
}
