import type { LinkMessage } from "../../src/edge/broker-link.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import type { DeliveredMessage, Delivery, MessageSink, OutgoingMessage } from "../../src/mqtt/delivery.ts";
import { FakeBroker } from "../edge/fake-broker.ts";

interface Queued {
  readonly message: LinkMessage;
  /** Sent because the data center has subscribed anew, not because it was published. */
  readonly replay: boolean;
  inFlight: boolean;
}

/** What becomes of the next messages on their way to the data center. */
export type Fate = "arrives" | "lost" | "twice";

/**
 * A broker as MQTT has it: it acknowledges what is in its memory, keeps a session for the data center and what is
 * retained, sends again what was not acknowledged, and forgets all of it when it is killed.
 */
export class SessionBroker {
  /** The publishers' side. */
  readonly edges = new FakeBroker();
  /** Payloads by topic, of machines and of the data center. */
  readonly #retained = new Map<string, LinkMessage>();
  readonly #greeted = new WeakMap<object, Set<string>>();
  #session: Queued[] | undefined;
  #consumer: Consumer | undefined;
  #epoch = 0;

  constructor() {
    this.edges.answers = undefined;
  }

  /** Takes messages over from the publishers; where nobody has a session, nobody will get them: reason 16. */
  take(most: number): void {
    for (const { message, answer } of this.edges.sent.splice(0, most)) {
      if (message.retain) this.#retained.set(message.topic, message);
      this.#session?.push({ message, replay: false, inFlight: false });
      answer({ kind: this.#session === undefined ? "no-subscriber" : "taken" });
    }
  }

  /** Hands messages to the data center. Only QoS 0 can get lost on a connection that stands. */
  deliver(most: number, fate: Fate): void {
    const consumer = this.#consumer;
    if (consumer === undefined || consumer.paused) return;
    const waiting = (this.#session ?? []).filter(({ inFlight }) => !inFlight).slice(0, most);
    for (const queued of waiting) {
      queued.inFlight = true;
      const { qos } = queued.message;
      if (qos === 0) this.#forget(queued);
      if (qos === 0 && fate === "lost") continue;
      this.#hand(consumer, queued);
      if (fate === "twice") this.#hand(consumer, queued);
    }
  }

  /** What waits arrives in another order (several queues, shared subscriptions). */
  reorder(at: number): void {
    const session = this.#session ?? [];
    const [moved] = session.splice(at % Math.max(1, session.length), 1);
    if (moved !== undefined) session.push(moved);
  }

  /** Its queue was full: what it has acknowledged it has dropped. */
  overflow(kept: number): void {
    this.#session = this.#session?.filter(({ inFlight }, index) => inFlight || index < kept);
  }

  /** kill -9, with its state deleted. */
  crash(): void {
    this.edges.sent.length = 0;
    this.#retained.clear();
    this.disconnect();
    this.#session = undefined;
    this.edges.cut();
  }

  connect(consumer: Consumer): void {
    if (this.#consumer === consumer) return;
    this.disconnect();
    this.#consumer = consumer;
    if (this.#session !== undefined) return;
    this.#session = Array.from(this.#retained.values())
      .filter(({ topic }) => topic.startsWith("factory/"))
      .map((message) => ({ message, replay: true, inFlight: false }));
  }

  /** The data center's connection ends; what it has not acknowledged waits for the next one. */
  disconnect(): void {
    this.#consumer = undefined;
    this.#epoch++;
    for (const queued of this.#session ?? []) queued.inFlight = false;
  }

  /** A message from the data center. */
  async down({ topic, payload, retain }: OutgoingMessage, from: Consumer): Promise<void> {
    if (this.#consumer !== from) {
      throw new ConcheError("CONCHE_BROKER_UNREACHABLE", { message: "not connected", retryable: true });
    }
    if (retain && payload === "") this.#retained.delete(topic);
    else if (retain) this.#retained.set(topic, { topic, payload, qos: 1, retain });
    if (payload !== "") this.edges.down(topic, payload);
  }

  /** Publishers that have subscribed since get what is retained. */
  greet(): void {
    for (const connection of this.edges.live) {
      const greeted = this.#greeted.get(connection) ?? new Set();
      this.#greeted.set(connection, greeted);
      for (const filter of connection.filters.filter((each) => !greeted.has(each))) {
        greeted.add(filter);
        const message = this.#retained.get(filter);
        if (message !== undefined)
          connection.owner.received(filter, Buffer.from(message.payload), { retain: true });
      }
    }
  }

  #hand(consumer: Consumer, queued: Queued): void {
    const { topic, payload, qos, retain, contentType, userProperties } = queued.message;
    const epoch = this.#epoch;
    const message: DeliveredMessage = {
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      retainVisible: true,
      mayBeReplay: queued.replay,
      properties: { contentType, userProperties },
    };
    consumer.accept(message, () => {
      if (epoch === this.#epoch) this.#forget(queued);
    });
  }

  #forget(queued: Queued): void {
    this.#session = this.#session?.filter((each) => each !== queued);
  }
}

/** The data center's end of its connection. */
export class Consumer implements Delivery {
  readonly #broker: SessionBroker;
  readonly #acknowledges: (message: DeliveredMessage) => void;
  #sink: MessageSink | undefined;
  paused = false;

  /** @param acknowledges sees every message before its acknowledgement leaves */
  constructor(broker: SessionBroker, acknowledges: (message: DeliveredMessage) => void) {
    this.#broker = broker;
    this.#acknowledges = acknowledges;
  }

  async start(sink: MessageSink): Promise<void> {
    this.#sink = sink;
    this.#broker.connect(this);
  }

  status() {
    return { ready: true, detail: "connected" };
  }

  accept(message: DeliveredMessage, acknowledged: () => void): void {
    this.#sink?.accept(message, (error) => {
      if (error !== undefined) return;
      this.#acknowledges(message);
      acknowledged();
    });
  }

  publish(message: OutgoingMessage): Promise<void> {
    return this.#broker.down(message, this);
  }

  async pause(): Promise<void> {
    this.paused = true;
  }

  async stop(): Promise<void> {
    this.#broker.disconnect();
  }
}
