import type { ConsumerEvent } from "../../../src/adapters/mqtt-packet/consumer-event.ts";
import { MqttConsumer } from "../../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import type { MqttConsumerOptions } from "../../../src/adapters/mqtt-packet/options.ts";
import { Arrivals, type BrokerConnection, ScriptedBroker } from "../../servers/scripted-broker.ts";
import { ManualClock } from "../../time/manual-clock.ts";
import { RecordingSink } from "./recording-sink.ts";

type EventOf<Kind extends ConsumerEvent["kind"]> = Extract<ConsumerEvent, { kind: Kind }>;

/** A consumer between a scripted broker and a recording sink, on a clock that stands still. */
export class ConsumerUnderTest implements AsyncDisposable {
  readonly broker: ScriptedBroker;
  readonly clock = new ManualClock();
  readonly sink: RecordingSink;
  readonly consumer: MqttConsumer;
  readonly #events = new Arrivals<ConsumerEvent>();

  private constructor(broker: ScriptedBroker, sink: RecordingSink, options: Partial<MqttConsumerOptions>) {
    this.broker = broker;
    this.sink = sink;
    this.consumer = new MqttConsumer({
      url: `mqtt://127.0.0.1:${broker.port}`,
      clientId: "datacenter",
      clock: this.clock,
      random: () => 0.5,
      ...options,
      onStatus: (event) => this.#events.add(event),
    });
  }

  /** Starts both; the broker has not answered anything yet. */
  static async start(
    options: Partial<MqttConsumerOptions> = {},
    sink: RecordingSink = new RecordingSink(),
  ): Promise<ConsumerUnderTest> {
    const broker = await ScriptedBroker.listen(options.protocol ?? 5);
    const test = new ConsumerUnderTest(broker, sink, options);
    await test.consumer.start(sink);
    return test;
  }

  /** Starts both and accepts connection and subscription. */
  static async subscribed(
    options: Partial<MqttConsumerOptions> = {},
    sink: RecordingSink = new RecordingSink(),
  ): Promise<{ test: ConsumerUnderTest; connection: BrokerConnection }> {
    const test = await ConsumerUnderTest.start(options, sink);
    return { test, connection: await test.accept() };
  }

  /** Accepts the next connection of the consumer and its subscription. */
  async accept(sessionPresent = false): Promise<BrokerConnection> {
    const connection = await this.broker.connection();
    await connection.acceptSubscriber({ sessionPresent });
    await this.event("subscribed");
    return connection;
  }

  /** Waits for the next event of a kind; those before it are passed over. */
  async event<Kind extends ConsumerEvent["kind"]>(kind: Kind): Promise<EventOf<Kind>> {
    for (;;) {
      const event = await this.#events.next();
      if (event.kind === kind) return event as EventOf<Kind>;
    }
  }

  /** Waits until the connection has ended, and lets the pause before the next one pass. */
  async reconnect(): Promise<EventOf<"lost">> {
    const event = await this.event("lost");
    this.clock.advance(event.retryInMs ?? 0);
    return event;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A broker that does not close is cut off by the clock, which nobody moves: cut it off first.
    const stopped = this.consumer.stop();
    await this.broker[Symbol.asyncDispose]();
    await stopped;
  }
}
