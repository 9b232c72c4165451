// The consumer of the comparison with mosquitto_sub: a process of its own that takes a number of messages, settles
// them a turn of the event loop later (as a commit does), and ends.
//
//   node bench/load/consumer.ts '{"port":1883,"messages":1000000,"protocol":5}'   prints one line of JSON
import { MqttConsumer } from "../../src/adapters/mqtt-packet/mqtt-consumer.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../../src/mqtt/delivery.ts";

/** What to take. */
export interface ConsumerOrder {
  readonly port: number;
  readonly messages: number;
  readonly protocol: 4 | 5;
  readonly receiveMaximum?: number;
}

/** What it cost. */
export interface ConsumerResult {
  readonly received: number;
  /** CPU time of the process, seconds. */
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

const order = JSON.parse(process.argv[2] ?? "") as ConsumerOrder;
let received = 0;
let due: { message: DeliveredMessage; settle: Settle }[] = [];

function settleAll(): void {
  const now = due;
  due = [];
  for (const { message, settle } of now) settle(undefined, message);
  // The last acknowledgements leave on the tick after their settling.
  if (received >= order.messages) setImmediate(() => void finish());
}

const sink: MessageSink = {
  accept(message, settle) {
    received++;
    if (due.push({ message, settle: settle as Settle }) === 1) setImmediate(settleAll);
  },
  saturated: false,
  onRelief: (resume) => resume(),
};

const consumer = new MqttConsumer({
  url: `mqtt://127.0.0.1:${order.port}`,
  clientId: "bench-consumer",
  protocol: order.protocol,
  receiveMaximum: order.receiveMaximum,
  sessionExpiryS: 1,
});

async function finish(): Promise<void> {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const result: ConsumerResult = {
    received,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    residentMb: maxRSS / 1024,
  };
  // The end of the measurement. What follows mosquitto_sub spares itself: it leaves without waiting until the broker
  // has taken the last acknowledgements.
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await consumer.stop();
}

await consumer.start(sink);
