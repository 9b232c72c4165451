import type { AedesPublishPacket } from "aedes";
import { TopicFilterTree } from "../../mqtt/topic-filter-tree.ts";

/** How aedes hands a packet to one subscription of a connected client. */
export type Deliver = (packet: AedesPublishPacket, done: () => void) => void;

const nothing = (): void => {};

/**
 * Which connected client gets which message: what aedes calls its `mq`. Unlike the emitter aedes brings along, it
 * doesn't wait for deliveries: there, a hundred deliveries to one client that doesn't read hold up all others and
 * with them the publishers. What waits for a slow client is bounded elsewhere, by its backlog.
 */
export class TopicRouter {
  readonly #listeners = new TopicFilterTree<Deliver>();

  on(filter: string, deliver: Deliver, done: () => void = nothing): this {
    // aedes listens on `$SYS/…` for its fellows in a cluster; there are none here.
    if (!filter.startsWith("$")) this.#listeners.add(filter, deliver);
    done();
    return this;
  }

  removeListener(filter: string, deliver: Deliver, done: () => void = nothing): this {
    this.#listeners.remove(filter, deliver);
    done();
    return this;
  }

  emit(packet: AedesPublishPacket, done: () => void = nothing): this {
    for (const deliver of this.#listeners.match(packet.topic)) deliver(packet, nothing);
    done();
    return this;
  }

  /** What the subscriptions of connected clients take, bytes. */
  get bytes(): number {
    return this.#listeners.bytes;
  }

  /** Whether a connected client has subscribed to the topic. */
  reaches(topic: string): boolean {
    return this.#listeners.size > 0 && this.#listeners.match(topic).length > 0;
  }

  close(done: () => void = nothing): this {
    setImmediate(done);
    return this;
  }
}
