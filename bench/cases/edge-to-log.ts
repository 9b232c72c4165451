import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { COMPILE_CACHE } from "../../test/commands/run-conche.ts";
import type { EdgeOrder, EdgeResult } from "../load/edge.ts";
import type { Stretch } from "../load/receipt-watch.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { dataCenterOn, roomyMosquitto } from "./two-sides.ts";

/** How `conche edge` starts (bin/conche.mjs): with a small heap, and with what it has compiled before. */
const SMALL_HEAP = ["--max-semi-space-size=4", "--heap-growing-percent=30"];

async function runEdge(order: EdgeOrder): Promise<EdgeResult> {
  const script = join(import.meta.dirname, "..", "load", "edge.ts");
  const child = spawn(process.execPath, [...SMALL_HEAP, script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) throw new Error(`the edge ended with code ${code}`);
  return JSON.parse(output);
}

/** Runs an edge against a data center over Mosquitto, both of their own. */
function throughMosquitto(order: Omit<EdgeOrder, "outbox" | "url">, waiting = 0): Promise<EdgeResult> {
  return inFolder(async (folder) => {
    const outbox = join(folder, "outbox");
    if (waiting > 0) await runEdge({ outbox, messages: waiting });
    const mosquitto = await roomyMosquitto();
    try {
      const center = await dataCenterOn(mosquitto, join(folder, "data"));
      const result = await runEdge({ ...order, outbox, url: `mqtt://127.0.0.1:${mosquitto.port}` });
      await center.stop("SIGTERM");
      return result;
    } finally {
      await mosquitto.dispose();
    }
  });
}

async function repeated(runs: number, run: () => Promise<EdgeResult>): Promise<EdgeResult[]> {
  const results: EdgeResult[] = [];
  for (let count = 0; count < runs; count++) results.push(await run());
  return results;
}

/** From an edge over Mosquitto into the log, until the last receipt: as fast as the outbox takes it. */
export async function edgeToLog(messages: number, runs: number): Promise<Figure[]> {
  const results = await repeated(runs, () => throughMosquitto({ messages }));
  return [
    figure(
      "edge over Mosquitto to the log, to the last receipt",
      "msg/s",
      results.map(({ seconds }) => messages / seconds),
    ),
    figure(
      "the same, resident memory of the edge at most",
      "MB",
      results.map(({ residentMb }) => residentMb),
    ),
  ];
}

/** How long a message waits for its receipt, at a rate. */
export async function receiptLatency(rate: number, seconds: number, runs: number): Promise<Figure[]> {
  const results = await repeated(runs, () => throughMosquitto({ messages: rate * seconds, rate }));
  const name = `at ${rate} msg/s, from hand-over to receipt`;
  const of = (which: "p50" | "p99" | "max") =>
    results.map(({ receiptMs }) => receiptMs?.[which] ?? Number.NaN);
  const stretch = (which: Stretch) => results.map(({ stretchMs }) => stretchMs?.[which] ?? Number.NaN);
  return [
    figure(`${name}: p50`, "ms", of("p50")),
    figure(`${name}: p99`, "ms", of("p99")),
    figure(`${name}: longest`, "ms", of("max")),
    figure("of it until the message is in the outbox: p50", "ms", stretch("toDisk")),
    figure("of it until the data center makes the receipt: p50", "ms", stretch("toReceipt")),
    figure("of it until the receipt is here: p50", "ms", stretch("back")),
    figure(
      `at ${rate} msg/s, resident memory of the edge at most`,
      "MB",
      results.map(({ residentMb }) => residentMb),
    ),
    figure(
      `at ${rate} msg/s, CPU of the edge`,
      "us/message",
      results.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / (rate * seconds)),
    ),
  ];
}

/** Brings what an outbox has taken while there was no broker to a data center. */
export async function edgeCatchUp(waiting: number, runs: number): Promise<Figure[]> {
  const results = await repeated(runs, () => throughMosquitto({ messages: 0 }, waiting));
  const named = (what: string, unit: string, value: (result: EdgeResult) => number) =>
    figure(`catching up, ${waiting} waiting: ${what}`, unit, results.map(value));
  return [
    named("opening the outbox", "ms", ({ openMs }) => openMs),
    named("to the last receipt", "msg/s", ({ seconds }) => waiting / seconds),
    named("sent, by what waited", "ratio", ({ sent }) => sent / waiting),
    named("CPU of the edge", "us/message", ({ cpuSeconds }) => (cpuSeconds * 1e6) / waiting),
    named("resident memory of the edge at most", "MB", ({ residentMb }) => residentMb),
  ];
}
