import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { allViews } from "../../src/run/views/all-views.ts";
import { runConche } from "../../test/commands/run-conche.ts";
import { DOOR, portOf, type RunningConche, startConche } from "../../test/servers/conche.ts";
import type { FoldResult } from "../load/fold-views.ts";
import { type Figure, figure, median } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";

/** The simulated line says about so much in a minute. */
const MESSAGES_PER_MINUTE = 500;
/** As `conche rebuild` has it (bin/conche.mjs). */
const SMALL_HEAP = ["--max-semi-space-size=8", "--heap-growing-percent=50"];
const ONE_POOL = { MALLOC_ARENA_MAX: "1" };
const TOPIC = "factory/bench-01/line-a/s1_dosing/probe-01/quality";

/** Folding a simulated history from its beginning: all views together, then each alone. */
export async function rebuildViews(messages: number, runs: number): Promise<Figure[]> {
  return inFolder(async (data) => {
    const minutes = Math.ceil(messages / MESSAGES_PER_MINUTE);
    const history = await runConche(["simulate", "--backfill", `${minutes}m`, "--data", data, "--quiet"]);
    if (history.code !== 0) throw new Error(history.err);
    const all: FoldResult[] = [];
    for (let run = 0; run <= runs; run++) {
      const result = await fold(data);
      if (run > 0) all.push(result); // the first one warms the disk cache up
    }
    const figures = [
      figure(
        "views from the beginning, all of them",
        "msg/s",
        all.map((each) => each.messages / each.seconds),
      ),
      figure(
        "processor time of it per message",
        "us",
        all.map(({ cpuUs }) => cpuUs),
      ),
      figure(
        "peak memory of it",
        "MB",
        all.map(({ peakMb }) => peakMb),
      ),
    ];
    for (const { name } of allViews()) {
      figures.push(figure(`  of ${name} alone, decoding included`, "us", [(await fold(data, name)).cpuUs]));
    }
    return figures;
  });
}

/** Histories that views are made from: lines, days. */
const SIZES = [
  [1, 1],
  [10, 1],
  [1, 30],
  [10, 30],
] as const;
/** A reading a minute: a month of ten lines is still ten million messages. */
const SPARSE_S = 60;

/** Whether a message costs more the longer the log, and the more lines there are. Takes hours. */
export async function rebuildGrowth(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [lines, days] of SIZES) {
    await inFolder(async (data) => {
      const words = ["--lines", String(lines), "--telemetry-interval", String(SPARSE_S), "--quiet"];
      const made = await runConche(["simulate", "--backfill", `${days}d`, "--data", data, ...words]);
      if (made.code !== 0) throw new Error(made.err);
      const { messages, seconds, cpuUs, peakMb } = await fold(data);
      const of = `${lines} lines, ${days} days (${messages} messages)`;
      figures.push(
        figure(`views of ${of}`, "msg/s", [messages / seconds]),
        figure(`  processor time per message`, "us", [cpuUs]),
        figure(`  peak memory`, "MB", [peakMb]),
      );
    });
  }
  return figures;
}

async function fold(data: string, only?: string): Promise<FoldResult> {
  const script = join(import.meta.dirname, "..", "load", "fold-views.ts");
  const words = [script, data, ...(only === undefined ? [] : [only])];
  const child = spawn(process.execPath, [...SMALL_HEAP, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...ONE_POOL },
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) throw new Error(`folding ended with code ${code}`);
  return JSON.parse(output);
}

/** From the PUBACK, which follows the commit, until the API's answer has the message, at a steady rate. */
export async function liveLatency(rate: number, probes: number): Promise<Figure[]> {
  const waits: number[] = [];
  await withDataCenter([], async (center) => {
    const port = portOf(center.started.mqtt);
    const load = runLoad({ ...STANDARD_LOAD, port, messages: rate * (probes / 4 + 5), rate });
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
    for (let seq = 1; seq <= probes; seq++) {
      const payload = {
        ts: new Date().toISOString(),
        product_type: "dark",
        batch_id: "B20260111-DA-0042",
        results: { n: seq },
      };
      await client.publishAsync(TOPIC, JSON.stringify(payload), { qos: 1 });
      const committedAt = performance.now();
      while ((await messagesOf(center)) < seq) await pause(5);
      waits.push(performance.now() - committedAt);
      await pause(200);
    }
    await client.endAsync();
    await load;
  });
  const sorted = waits.toSorted((a, b) => a - b);
  const at = `at ${rate.toLocaleString("en-US")} msg/s`;
  return [
    figure(`commit to API ${at}, p50`, "ms", [median(sorted)]),
    figure(`commit to API ${at}, p99`, "ms", [sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN]),
  ];
}

async function messagesOf(center: RunningConche): Promise<number> {
  const { status, text: body } = await center.page(`/api/topics?under=${TOPIC.replace(/\/quality$/, "")}`);
  if (status !== 200) return 0;
  const { levels } = JSON.parse(body) as { levels: readonly { messages: number }[] };
  return levels[0]?.messages ?? 0;
}

/** Full load on a data center that keeps views, and on one that doesn't, in turn. */
export async function ingestBesideViews(messages: number, runs: number): Promise<Figure[]> {
  const beside: number[] = [];
  const alone: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const off = await fullLoad(["--views", "off"], messages);
    const on = await fullLoad([], messages);
    if (run === 0) continue; // warms up
    alone.push(off);
    beside.push(on);
  }
  return [
    figure("ingest without views", "msg/s", alone),
    figure("ingest beside live views", "msg/s", beside),
    figure(
      "the second by the first",
      "ratio",
      beside.map((rate, run) => rate / (alone[run] ?? Number.NaN)),
    ),
  ];
}

async function fullLoad(words: readonly string[], messages: number): Promise<number> {
  let rate = Number.NaN;
  await withDataCenter(words, async (center) => {
    const load = { ...STANDARD_LOAD, port: portOf(center.started.mqtt) };
    await runLoad({ ...load, messages: messages / 5 }); // starting and compiling are over then
    const result = await runLoad({ ...load, messages });
    if (result.refused > 0) throw new Error(`${result.refused} messages were refused`);
    rate = result.rate;
  });
  return rate;
}

async function withDataCenter(words: readonly string[], work: (center: RunningConche) => Promise<void>) {
  await inFolder(async (data) => {
    const ports = ["--mqtt-port", "0", "--http-port", "0", "--quiet"];
    const center = await startConche(["datacenter", "--data", data, ...ports, ...words], [], DOOR);
    try {
      await work(center);
    } finally {
      center.child.kill("SIGKILL");
      await center.ended;
    }
  });
}
