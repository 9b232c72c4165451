import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOOR, portOf, startConche } from "../../test/servers/conche.ts";
import { type Figure, figure } from "../statistics.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";

/** What one run of the embedded data center gave. */
interface IngestRun {
  readonly rate: number;
  readonly bytesPerMessage: number;
  readonly residentMb: number;
}

/** Name of the figure that the others are held against. */
export const EMBEDDED = "embedded, group commit, fsynced and validated";

const DATABASE = "datacenter_messages.db";

/** `conche datacenter` under full load: rate, bytes on disk, memory. */
export async function embeddedIngest(messages: number, runs: number): Promise<Figure[]> {
  const results: IngestRun[] = [];
  for (let run = 0; run <= runs; run++) {
    const result = await withFolder((data) => fullLoad(data, messages));
    if (run > 0) results.push(result); // the first one warms the disk cache and the machine up
  }
  return [
    figure(
      EMBEDDED,
      "msg/s",
      results.map(({ rate }) => rate),
    ),
    figure(
      "bytes on disk per 200-byte telemetry message",
      "bytes",
      results.map(({ bytesPerMessage }) => bytesPerMessage),
    ),
    figure(
      "resident memory at the end of full load",
      "MB",
      results.map(({ residentMb }) => residentMb),
    ),
  ];
}

/** The same with a commit for each message. */
export async function commitPerMessage(messages: number, runs: number): Promise<Figure[]> {
  const rates: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const rate = await withFolder((data) => singleCommits(data, messages));
    if (run > 0) rates.push(rate);
  }
  return [figure("embedded, a commit for each message", "msg/s", rates)];
}

/** From write to PUBACK at a steady rate, and memory over the time. */
export async function commitLatency(rate: number, seconds: number, runs: number): Promise<Figure[]> {
  const latencies: { p50: number; p99: number; p999: number }[] = [];
  const memory: number[] = [];
  const growth: number[] = [];
  for (let run = 0; run < runs; run++) {
    await withFolder(async (data) => {
      const center = await startConche(
        ["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0", "--quiet"],
        [],
        DOOR,
      );
      const port = portOf(center.started.mqtt);
      await runLoad({ ...STANDARD_LOAD, port, messages: rate * 3, rate });
      const before = await residentMb(center.child.pid);
      const { latencyMs } = await runLoad({ ...STANDARD_LOAD, port, messages: rate * seconds, rate });
      const after = await residentMb(center.child.pid);
      await center.stop("SIGTERM");
      if (latencyMs !== undefined) latencies.push(latencyMs);
      memory.push(after);
      growth.push(after - before);
    });
  }
  const at = `${rate.toLocaleString("en-US")} msg/s`;
  return [
    figure(
      `PUBACK after commit at ${at}, p50`,
      "ms",
      latencies.map(({ p50 }) => p50),
    ),
    figure(
      `PUBACK after commit at ${at}, p99`,
      "ms",
      latencies.map(({ p99 }) => p99),
    ),
    figure(
      `PUBACK after commit at ${at}, p99.9`,
      "ms",
      latencies.map(({ p999 }) => p999),
    ),
    figure(`resident memory after ${seconds} s at ${at}`, "MB", memory),
    figure(`growth of it in these ${seconds} s`, "MB", growth),
  ];
}

async function fullLoad(data: string, messages: number): Promise<IngestRun> {
  const center = await startConche(
    ["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0", "--quiet"],
    [],
    DOOR,
  );
  const { rate, refused } = await runLoad({ ...STANDARD_LOAD, port: portOf(center.started.mqtt), messages });
  if (refused > 0) throw new Error(`${refused} messages were refused`);
  const resident = await residentMb(center.child.pid);
  const code = await center.stop("SIGTERM");
  if (code !== 0) throw new Error(`the data center ended with code ${code}`);
  const { size } = await stat(join(data, DATABASE));
  return { rate, bytesPerMessage: size / messages, residentMb: resident };
}

async function singleCommits(data: string, messages: number): Promise<number> {
  const script = join(import.meta.dirname, "..", "load", "data-center.ts");
  const child = spawn(process.execPath, [script, JSON.stringify({ data, groupSize: 1 })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout.setEncoding("utf8"), "data");
  const { rate } = await runLoad({ ...STANDARD_LOAD, port: Number(port), messages });
  const ended = once(child, "close");
  child.kill("SIGTERM");
  await ended;
  return rate;
}

/** Resident set of a process, MB; NaN where the system doesn't show it. */
async function residentMb(pid: number | undefined): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "conche-bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
