import { BrokerMessage, topicName } from "./broker-message.ts";
import type { Delivery } from "./delivery.ts";
import { RetainedMessages } from "./retained-messages.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";

/** What the broker says of itself, by topic below `$SYS/broker/`; names are those that Mosquitto has brought about. */
export type SystemFigures = Readonly<Record<string, string | number>>;

const ROOT = "$SYS/broker/";
/** How often what has changed is said. */
const EVERY_MS = 10_000;
/** More than there are figures. */
const LIMITS = { retainedMessages: 100, retainedBytes: 100_000 };

/** Whether topics of the broker itself can be meant by the filter. */
export function isSystemFilter(filter: string): boolean {
  return filter === "$SYS" || filter.startsWith("$SYS/");
}

/** The topics `$SYS/broker/…`: retained, of QoS 0, not in the log, and no work where nobody listens. */
export class SystemTopics {
  readonly #index: SubscriptionIndex;
  readonly #delivery: Delivery;
  readonly #figures: () => SystemFigures;
  readonly #retained = new RetainedMessages(LIMITS, () => {});
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(index: SubscriptionIndex, delivery: Delivery, figures: () => SystemFigures) {
    this.#index = index;
    this.#delivery = delivery;
    this.#figures = figures;
  }

  /** What a new subscription is to find. */
  current(): RetainedMessages {
    this.#say();
    return this.#retained;
  }

  /** Says what has changed, when it is time. */
  tick(now: number): void {
    if (now - this.#saidAt < EVERY_MS || !this.#index.hasSystemFilters) return;
    this.#saidAt = now;
    this.#say();
  }

  #say(): void {
    for (const [name, value] of Object.entries(this.#figures())) {
      const topic = ROOT + name;
      const payload = String(value);
      if (this.#retained.get(topic)?.payload.toString() === payload) continue;
      const message = new BrokerMessage(topicName(topic), Buffer.from(payload), 0, true, undefined, "");
      this.#retained.store(message);
      for (const recipient of this.#index.recipients(topic, "")) this.#delivery.offer(recipient, message);
    }
  }
}
