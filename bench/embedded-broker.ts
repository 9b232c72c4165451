// What the embedded broker costs: publishes into a sink that reads who says it and settles a turn of the event loop
// later. The load is a process of its own, on the second core.
//
//   node bench/embedded-broker.ts [--messages 500000] [--runs 3] [--only "MQTT 5"] [--json]
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { connectAsync, type MqttClient } from "mqtt";
import { EmbeddedBroker } from "../src/adapters/broker/embedded-broker.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../src/mqtt/delivery.ts";
import type { WireLoadOrder } from "./load/wire-load.ts";
import { median } from "./statistics.ts";

/** One kind of load. */
export interface BrokerCase extends Pick<WireLoadOrder, "protocol" | "identity" | "connections" | "window"> {
  readonly name: string;
  /** A client that subscribes to everything meanwhile, with QoS 0. */
  readonly subscriber: boolean;
}

/** What a case came to. */
export interface BrokerResult {
  readonly name: string;
  /** Messages per second. */
  readonly rate: number;
  /** CPU microseconds of the broker's process per message. */
  readonly cpuUsPerMessage: number;
}

const BASE = { protocol: 5, identity: "payload", connections: 64, window: 500, subscriber: false } as const;

export const BROKER_CASES: readonly BrokerCase[] = [
  { ...BASE, name: "MQTT 5, identity in the payload, 64 connections" },
  { ...BASE, name: "MQTT 5, identity in user properties, 64 connections", identity: "properties" },
  { ...BASE, name: "MQTT 3.1.1, identity in the payload, 64 connections", protocol: 4 },
  { ...BASE, name: "MQTT 5, identity in the payload, 1 connection", connections: 1, window: 1_000 },
  { ...BASE, name: "MQTT 5, identity in the payload, a subscriber", subscriber: true },
];

/** Settles everything it was given within a turn in the next one: a commit that takes no time. */
class InstantSink implements MessageSink {
  readonly saturated = false;
  identified = 0;
  #waiting: DeliveredMessage[] = [];
  #settles: Settle[] = [];

  accept<Message extends DeliveredMessage>(message: Message, settle: Settle<Message>): void {
    if (message.properties?.userProperties?.boot !== undefined) this.identified++;
    if (this.#waiting.length === 0) setImmediate(this.#settleAll);
    this.#waiting.push(message);
    this.#settles.push(settle as Settle);
  }

  onRelief(): void {}

  readonly #settleAll = (): void => {
    const waiting = this.#waiting;
    const settles = this.#settles;
    this.#waiting = [];
    this.#settles = [];
    for (const [index, settle] of settles.entries()) settle(undefined, waiting[index] as DeliveredMessage);
  };
}

async function measure(kind: BrokerCase, messages: number): Promise<{ rate: number; cpuUs: number }> {
  const broker = new EmbeddedBroker({ port: 0 });
  await broker.start(new InstantSink());
  const subscriber = kind.subscriber ? await subscribe(broker.port) : undefined;
  const { name: _, subscriber: __, ...load } = kind;
  const order: WireLoadOrder = { ...load, port: broker.port, messages };
  const before = process.cpuUsage();
  const script = join(import.meta.dirname, "load", "wire-load.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { rate }: { rate: number } = JSON.parse(await text(child.stdout));
  const cpu = process.cpuUsage(before);
  await subscriber?.endAsync(true);
  await broker.stop();
  return { rate, cpuUs: (cpu.user + cpu.system) / messages };
}

async function subscribe(port: number): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  await client.subscribeAsync("factory/#", { qos: 0 });
  return client;
}

/** Runs the cases in turn; the first run of each is thrown away. */
export async function measureBroker(
  cases: readonly BrokerCase[],
  messages: number,
  runs: number,
): Promise<BrokerResult[]> {
  const all = new Map<string, { rate: number; cpuUs: number }[]>();
  for (let run = 0; run <= runs; run++) {
    for (const kind of cases) {
      const result = await measure(kind, messages);
      if (run > 0) all.set(kind.name, [...(all.get(kind.name) ?? []), result]);
    }
  }
  return Array.from(all, ([name, results]) => ({
    name,
    rate: Math.round(median(results.map(({ rate }) => rate))),
    cpuUsPerMessage: median(results.map(({ cpuUs }) => cpuUs)),
  }));
}

function table(results: readonly BrokerResult[], messages: number, runs: number): string {
  const rows = results.map(
    ({ name, rate, cpuUsPerMessage }) =>
      `${name.padEnd(52)} ${String(rate).padStart(8)} msg/s  ${cpuUsPerMessage.toFixed(2)} us CPU`,
  );
  return [`${messages} messages, median of ${runs} runs, ${availableParallelism()} cores`, ...rows].join(
    "\n",
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      messages: { type: "string", default: "500000" },
      runs: { type: "string", default: "3" },
      only: { type: "string", default: "" },
      json: { type: "boolean", default: false },
    },
  });
  const cases = BROKER_CASES.filter(({ name }) => name.includes(values.only));
  const results = await measureBroker(cases, Number(values.messages), Number(values.runs));
  const out = values.json
    ? JSON.stringify(results)
    : table(results, Number(values.messages), Number(values.runs));
  process.stdout.write(`${out}\n`);
}
