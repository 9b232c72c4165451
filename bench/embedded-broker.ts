// What the embedded broker costs: publishes into a sink that settles a turn of the event loop later, against plain
// aedes with the same sink behind its publish hook. The load is a process of its own, on the second core.
//
//   node bench/embedded-broker.ts [--messages 500000] [--runs 3] [--only "MQTT 5"] [--json]
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Aedes } from "aedes";
import { connectAsync, type MqttClient } from "mqtt";
import { EmbeddedBroker } from "../src/adapters/aedes/embedded-broker.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../src/mqtt/delivery.ts";
import type { LoadOrder, LoadResult } from "./load/publisher.ts";

/** One kind of load. */
export interface BrokerCase {
  readonly name: string;
  readonly protocol: 4 | 5;
  readonly qos: 1;
  readonly connections: number;
  readonly window: number;
  /** A client that subscribes to everything meanwhile, with QoS 0. */
  readonly subscriber: boolean;
}

/** Messages per second. */
export interface BrokerResult {
  readonly name: string;
  readonly broker: number;
  /** Plain aedes; undefined where it wasn't measured. */
  readonly aedes: number | undefined;
  /** CPU microseconds of the broker's process per message. */
  readonly cpuUsPerMessage: number;
}

const PAYLOAD_BYTES = 200;
const BASE = { protocol: 5, qos: 1, connections: 64, window: 500, subscriber: false } as const;

export const BROKER_CASES: readonly BrokerCase[] = [
  { ...BASE, name: "MQTT 5, QoS 1, 64 connections" },
  { ...BASE, name: "MQTT 3.1.1, QoS 1, 64 connections", protocol: 4 },
  { ...BASE, name: "MQTT 5, QoS 1, 1 connection", connections: 1, window: 1_000 },
  { ...BASE, name: "MQTT 5, QoS 1, 64 connections, a subscriber", subscriber: true },
];

/** Settles everything it was given within a turn in the next one: a commit that takes no time. */
class InstantSink implements MessageSink {
  readonly saturated = false;
  received = 0;
  #waiting: DeliveredMessage[] = [];
  #settles: Settle[] = [];

  accept<Message extends DeliveredMessage>(message: Message, settle: Settle<Message>): void {
    this.received++;
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

interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

async function startBroker(): Promise<Running> {
  const broker = new EmbeddedBroker({ port: 0 });
  await broker.start(new InstantSink());
  return { port: broker.port, stop: () => broker.stop() };
}

async function startAedes(): Promise<Running> {
  const sink = new InstantSink();
  const aedes = await Aedes.createBroker({
    authorizePublish: (_client, packet, done) => {
      const payload = Buffer.from(packet.payload as Buffer);
      const { topic, qos, retain } = packet;
      const message = {
        topic,
        payload,
        qos,
        retain,
        retainVisible: true,
        mayBeReplay: false,
        properties: undefined,
      };
      sink.accept(message, () => done(null));
    },
  });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const stop = async () => {
    server.close();
    await new Promise<void>((resolve) => {
      aedes.close(resolve);
    });
  };
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, stop };
}

async function measure(
  kind: BrokerCase,
  messages: number,
  start: () => Promise<Running>,
): Promise<{ rate: number; cpuUs: number }> {
  const running = await start();
  const subscriber = kind.subscriber ? await subscribe(running.port) : undefined;
  const { name: _, subscriber: __, ...load } = kind;
  const order: LoadOrder = { ...load, port: running.port, messages, payloadBytes: PAYLOAD_BYTES };
  const before = process.cpuUsage();
  const script = join(import.meta.dirname, "load", "publisher.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = JSON.parse(await text(child.stdout)) as LoadResult;
  const cpu = process.cpuUsage(before);
  await subscriber?.endAsync(true);
  await running.stop();
  return { rate: result.rate, cpuUs: (cpu.user + cpu.system) / messages };
}

async function subscribe(port: number): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  await client.subscribeAsync("factory/#", { qos: 0 });
  return client;
}

/** Runs the cases; the first run of each is thrown away, the rest alternate between the two brokers. */
export async function measureBroker(
  cases: readonly BrokerCase[],
  messages: number,
  runs: number,
): Promise<BrokerResult[]> {
  const results: BrokerResult[] = [];
  for (const kind of cases) {
    // Plain aedes has no bound on what a subscriber that can't keep up makes it hold.
    const compared = !kind.subscriber;
    const ours: { rate: number; cpuUs: number }[] = [];
    const theirs: { rate: number; cpuUs: number }[] = [];
    for (let run = 0; run <= runs; run++) {
      const mine = await measure(kind, messages, startBroker);
      const plain = compared ? await measure(kind, messages, startAedes) : undefined;
      if (run === 0) continue;
      ours.push(mine);
      if (plain !== undefined) theirs.push(plain);
    }
    results.push({
      name: kind.name,
      broker: Math.round(median(ours.map(({ rate }) => rate))),
      aedes: compared ? Math.round(median(theirs.map(({ rate }) => rate))) : undefined,
      cpuUsPerMessage: median(ours.map(({ cpuUs }) => cpuUs)),
    });
  }
  return results;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function table(results: readonly BrokerResult[], messages: number, runs: number): string {
  const rows = results.map(({ name, broker, aedes, cpuUsPerMessage }) => {
    const compared =
      aedes === undefined
        ? ""
        : `   plain aedes ${String(aedes).padStart(7)}   ratio ${(broker / aedes).toFixed(2)}`;
    return `${name.padEnd(46)} ${String(broker).padStart(8)} msg/s  ${cpuUsPerMessage.toFixed(1)} us CPU${compared}`;
  });
  const head = `${messages} messages of ${PAYLOAD_BYTES} bytes, median of ${runs} runs, ${availableParallelism()} cores`;
  return [head, ...rows].join("\n");
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
