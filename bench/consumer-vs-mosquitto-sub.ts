// Is our consumer as fast as Mosquitto can feed one? The same QoS 1 load through the same Mosquitto, once into
// mosquitto_sub writing nowhere, once into our consumer with a sink that settles a turn later; alternating, so that
// whatever else the machine does hits both.
//
//   node bench/consumer-vs-mosquitto-sub.ts [--messages 200000] [--connections 64] [--runs 5] [--protocol 5] [--json]
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { type Mosquitto, NO_MOSQUITTO, startMosquitto } from "../test/servers/mosquitto.ts";
import type { ConsumerOrder, ConsumerResult } from "./load/consumer.ts";
import type { LoadOrder } from "./load/publisher.ts";

/** What to compare with. */
export interface ComparisonOrder {
  readonly messages: number;
  readonly connections: number;
  readonly payloadBytes: number;
  readonly runs: number;
  readonly protocol: 4 | 5;
  readonly receiveMaximum?: number | undefined;
}

/** Messages per second of every run, and what they come to. */
export interface Comparison {
  readonly mosquittoSub: readonly number[];
  readonly consumer: readonly number[];
  readonly medianMosquittoSub: number;
  readonly medianConsumer: number;
  /** Consumer by mosquitto_sub. */
  readonly ratio: number;
  /** CPU microseconds of our process per message, its start included. */
  readonly cpuUsPerMessage: number;
  readonly residentMb: number;
}

export const COMPARISON_DEFAULTS: ComparisonOrder = {
  messages: 200_000,
  connections: 64,
  payloadBytes: 200,
  runs: 5,
  protocol: 5,
};

/** The same limits for both; the defaults (20 in flight, 1,000 queued, then dropped) would measure those. */
const MOSQUITTO_CONF = [
  "allow_anonymous true",
  "max_inflight_messages 1000",
  "max_queued_messages 0",
  "log_type subscribe",
  "log_type notice",
  "log_type information",
];

/** Runs the comparison; one warm-up of each is thrown away. */
export async function compareWithMosquittoSub(order: ComparisonOrder): Promise<Comparison> {
  const mosquittoSub: number[] = [];
  const consumer: number[] = [];
  const costs: ConsumerResult[] = [];
  for (let run = 0; run <= order.runs; run++) {
    const sub = await measure(order, startMosquittoSub);
    const ours = await measure(order, startConsumer);
    if (run === 0) continue;
    mosquittoSub.push(sub.rate);
    consumer.push(ours.rate);
    costs.push(JSON.parse(ours.output) as ConsumerResult);
  }
  const medianMosquittoSub = median(mosquittoSub);
  const medianConsumer = median(consumer);
  return {
    mosquittoSub,
    consumer,
    medianMosquittoSub,
    medianConsumer,
    ratio: medianConsumer / medianMosquittoSub,
    cpuUsPerMessage: median(costs.map((cost) => (cost.cpuSeconds * 1e6) / cost.received)),
    residentMb: median(costs.map((cost) => cost.residentMb)),
  };
}

type Start = (order: ComparisonOrder, port: number) => ChildProcess;

function startMosquittoSub(order: ComparisonOrder, port: number): ChildProcess {
  const version = order.protocol === 5 ? "mqttv5" : "mqttv311";
  const count = String(order.messages);
  const args = [
    "-p",
    String(port),
    "-V",
    version,
    "-q",
    "1",
    "-t",
    "factory/#",
    "-i",
    "bench-sub",
    "-C",
    count,
  ];
  return spawn("mosquitto_sub", args, { stdio: ["ignore", "ignore", "inherit"] });
}

function startConsumer(order: ComparisonOrder, port: number): ChildProcess {
  const { messages, protocol, receiveMaximum } = order;
  return runNode("consumer.ts", {
    port,
    messages,
    protocol,
    ...(receiveMaximum === undefined ? {} : { receiveMaximum }),
  } satisfies ConsumerOrder);
}

function startPublisher(order: ComparisonOrder, port: number): ChildProcess {
  const { messages, connections, payloadBytes, protocol } = order;
  return runNode("publisher.ts", {
    port,
    connections,
    messages,
    payloadBytes,
    protocol,
    qos: 1,
    window: 100,
  } satisfies LoadOrder);
}

function runNode(script: string, order: object): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, "load", script), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** From the start of the load to the last message: there our consumer prints its line, and mosquitto_sub ends. */
async function measure(order: ComparisonOrder, start: Start): Promise<{ rate: number; output: string }> {
  const mosquitto: Mosquitto = await startMosquitto({ global: MOSQUITTO_CONF, verbose: false });
  const subscriber = start(order, mosquitto.port);
  const ended = once(subscriber, "exit");
  const last = subscriber.stdout === null ? ended : once(subscriber.stdout, "readable");
  const output = subscriber.stdout === null ? Promise.resolve("") : text(subscriber.stdout);
  await mosquitto.logged(/factory\/#/);
  const publisher = startPublisher(order, mosquitto.port);
  const published = once(publisher, "exit");
  await mosquitto.logged(/as load-0 /);
  const started = performance.now();
  await Promise.race([last, ended]);
  const seconds = (performance.now() - started) / 1_000;
  const [code] = await ended;
  if (code !== 0) throw new Error(`the subscriber ended with code ${code}`);
  await published;
  await mosquitto.dispose();
  return { rate: order.messages / seconds, output: await output };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function table(order: ComparisonOrder, result: Comparison): string {
  const row = (name: string, rates: readonly number[], middle: number) =>
    `${name.padEnd(16)} ${rates.map((rate) => String(Math.round(rate)).padStart(8)).join("")}  median ${Math.round(middle)} msg/s`;
  return [
    `${order.messages} QoS 1 messages of ${order.payloadBytes} bytes, ${order.connections} publishers, ` +
      `MQTT ${order.protocol === 5 ? "5" : "3.1.1"}, ${availableParallelism()} cores`,
    row("mosquitto_sub", result.mosquittoSub, result.medianMosquittoSub),
    row("our consumer", result.consumer, result.medianConsumer),
    `ratio ${result.ratio.toFixed(3)} (goal 0.95); our process: ${result.cpuUsPerMessage.toFixed(1)} us CPU per message, ${Math.round(result.residentMb)} MB at most`,
  ].join("\n");
}

if (import.meta.main) {
  if (NO_MOSQUITTO !== false) throw new Error(NO_MOSQUITTO);
  const { values } = parseArgs({
    options: {
      messages: { type: "string" },
      connections: { type: "string" },
      runs: { type: "string" },
      protocol: { type: "string" },
      "receive-maximum": { type: "string" },
      json: { type: "boolean" },
    },
  });
  const order: ComparisonOrder = {
    ...COMPARISON_DEFAULTS,
    messages: Number(values.messages ?? COMPARISON_DEFAULTS.messages),
    connections: Number(values.connections ?? COMPARISON_DEFAULTS.connections),
    runs: Number(values.runs ?? COMPARISON_DEFAULTS.runs),
    protocol: values.protocol === "4" ? 4 : 5,
    receiveMaximum: values["receive-maximum"] === undefined ? undefined : Number(values["receive-maximum"]),
  };
  const result = await compareWithMosquittoSub(order);
  process.stdout.write(`${values.json ? JSON.stringify({ order, ...result }) : table(order, result)}\n`);
}
