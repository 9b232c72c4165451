// What handing over costs an edge: messages a second that are on disk when their promise resolves, by how many callers
// hand over at a time (one fsync serves all who come while the one before is running), and how much room they take.
// Then the way out: how fast an outbox that has filled up is brought to a data center over Mosquitto, and what memory
// that takes. Every number of callers takes its turn in each round.
//
//   node bench/edge-outbox.ts [--seconds 3] [--runs 5] [--waiting 300000] [--json]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { outboxFiles } from "../src/adapters/sqlite/outbox-files.ts";
import { renderTable } from "../src/adapters/terminal/table.ts";
import { type Edge, type EdgeMachine, openEdge } from "../src/index.ts";
import { startConche } from "../test/servers/conche.ts";
import { NO_MOSQUITTO, startMosquitto } from "../test/servers/mosquitto.ts";
import type { CatchUpResult } from "./load/edge.ts";
import { type Figure, figure } from "./statistics.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    runs: { type: "string", default: "5" },
    waiting: { type: "string", default: "300000" },
    json: { type: "boolean", default: false },
  },
});
const seconds = Number(options.seconds);
const runs = Number(options.runs);
const waiting = Number(options.waiting);

const MACHINES = 64;
/** Nobody listens there: the outbox alone is measured. */
const NOWHERE = "mqtt://127.0.0.1:1";
const ROOMY = { outboxBytes: 8 * 1024 ** 3, telemetryBytes: 8 * 1024 ** 3, pendingBytes: 256 * 1024 * 1024 };

type Kind = "alarm" | "telemetry";

/** What a run of one way of handing over came to. */
interface HandedOver {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesPerMessage: number;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "conche-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function machinesOf(edge: Edge): Promise<EdgeMachine[]> {
  const addresses = Array.from(
    { length: MACHINES },
    (_, index) => `bench/line-${index >> 3}/s5_tempering/temper-${index}`,
  );
  return Promise.all(addresses.map((address) => edge.machine(address)));
}

/** A message of some 250 bytes. */
function publish(machine: EdgeMachine, kind: Kind, index: number): Promise<unknown> {
  const ts = new Date().toISOString();
  const what = { product_type: "dark", batch_id: "B20260111-DA-0042" } as const;
  if (kind === "telemetry") {
    const tags = { temp_c: 31.42, viscosity_cP: 1222, zone_1_c: 21.5, zone_2_c: 22.5, count: index };
    return machine.publish("telemetry", { ts, ...what, tags });
  }
  const event = { event: "acknowledged", by: "a.trabelsi" } as const;
  return machine.publish("alarm", { ts, ...what, alarm_id: `temperature-of-zone-${index}`, ...event });
}

/** Hands over with so many callers at a time, each with one message at a time. */
function handOver(callers: number, kind: Kind): Promise<HandedOver> {
  return inFolder(async (folder) => {
    const edge = await openEdge({
      url: NOWHERE,
      outbox: folder,
      connection: { kind: "shared", clientId: "bench" },
      ...ROOMY,
    });
    const machines = await machinesOf(edge);
    const latencies: number[] = [];
    const until = performance.now() + seconds * 1_000;
    const call = async (caller: number) => {
      for (let count = 0; performance.now() < until; count++) {
        const machine = machines[(caller + count * callers) % MACHINES] as EdgeMachine;
        const before = performance.now();
        await publish(machine, kind, count);
        latencies.push(performance.now() - before);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    await edge.close();
    const sorted = Float64Array.from(latencies).sort();
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    const size = statSync(outboxFiles(folder).database).size;
    return {
      perSecond: sorted.length / seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      bytesPerMessage: size / sorted.length,
    };
  });
}

const WAYS: readonly (readonly [callers: number, kind: Kind])[] = [
  [1, "alarm"],
  [16, "alarm"],
  [256, "alarm"],
  [2_048, "alarm"],
  [256, "telemetry"],
];

async function handOverFigures(): Promise<Figure[]> {
  const measured = new Map<string, HandedOver[]>();
  for (let run = 0; run <= runs; run++) {
    for (const [callers, kind] of WAYS) {
      const name = `${kind === "alarm" ? "QoS 1" : "telemetry"}, ${callers} callers`;
      const result = await handOver(callers, kind);
      if (run > 0) measured.set(name, [...(measured.get(name) ?? []), result]);
    }
  }
  return [...measured].flatMap(([name, all]) => [
    figure(
      name,
      "msg/s",
      all.map(({ perSecond }) => perSecond),
    ),
    figure(
      `${name}, half within`,
      "ms",
      all.map(({ p50Ms }) => p50Ms),
    ),
    figure(
      `${name}, 99 % within`,
      "ms",
      all.map(({ p99Ms }) => p99Ms),
    ),
    figure(
      `${name}, on disk`,
      "bytes/message",
      all.map(({ bytesPerMessage }) => bytesPerMessage),
    ),
  ]);
}

/** Fills an outbox while there is no broker, then opens it again with one and a data center, and waits for the last receipt. */
async function catchUpFigures(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const outbox = join(folder, "outbox");
    await fill(outbox);
    const mosquitto = await startMosquitto({
      verbose: false,
      global: ["allow_anonymous true", "max_inflight_messages 1000", "max_queued_messages 0"],
    });
    const url = `mqtt://127.0.0.1:${mosquitto.port}`;
    const center = await startConche([
      "datacenter",
      "--broker",
      url,
      "--data",
      join(folder, "data"),
      "--http-port",
      "0",
      "--quiet",
    ]);
    const script = join(import.meta.dirname, "load", "edge.ts");
    const child = spawn(process.execPath, [script, JSON.stringify({ url, outbox })], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const result = JSON.parse(await text(child.stdout)) as CatchUpResult;
    await center.stop("SIGTERM");
    await mosquitto.dispose();
    return [
      figure(`opening an outbox with ${waiting} waiting`, "ms", [result.openMs]),
      figure("catching up: to the last receipt", "msg/s", [waiting / result.seconds]),
      figure("catching up: sent, by what waited", "ratio", [result.sent / waiting]),
      figure("catching up: CPU of the edge", "us/message", [(result.cpuSeconds * 1e6) / waiting]),
      figure("catching up: resident set of the edge at most", "MB", [result.residentMb]),
    ];
  });
}

async function fill(outbox: string): Promise<void> {
  const edge = await openEdge({
    url: NOWHERE,
    outbox,
    connection: { kind: "shared", clientId: "bench" },
    ...ROOMY,
  });
  const machines = await machinesOf(edge);
  for (let from = 0; from < waiting; from += 2_000) {
    const some = Array.from({ length: Math.min(2_000, waiting - from) }, (_, index) => from + index);
    await Promise.all(
      some.map((index) =>
        publish(machines[index % MACHINES] as EdgeMachine, index % 5 < 4 ? "telemetry" : "alarm", index),
      ),
    );
  }
  await edge.close();
}

const figures = [
  ...(runs > 0 ? await handOverFigures() : []),
  ...(waiting > 0 && NO_MOSQUITTO === false ? await catchUpFigures() : []),
];
const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`;
if (options.json) process.stdout.write(`${JSON.stringify({ machine, figures })}\n`);
else {
  const columns = [
    { title: "measured" },
    { title: "median", align: "right" },
    { title: "range", align: "right" },
    { title: "unit" },
  ] as const;
  const shown = (value: number) =>
    value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 2 : 0 });
  const rows = figures.map(({ name, unit, median, min, max }) => [
    name,
    shown(median),
    `${shown(min)} to ${shown(max)}`,
    unit,
  ]);
  process.stdout.write(`${machine}\n${renderTable(columns, rows, { columns: null, colour: false })}\n`);
}
