import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOOR, portOf, type RunningConche, startConche } from "../../test/servers/conche.ts";
import { type Figure, figure } from "../statistics.ts";
import { runLoad, STANDARD_LOAD } from "./run-load.ts";

/** What one run of the embedded data center gave. */
interface IngestRun {
  readonly rate: number;
  readonly bytesPerMessage: number;
  readonly residentMb: number;
  /** User and system time of the data center per message, microseconds: comparable even on a busy machine. */
  readonly cpuUs: number;
}

/** Names of the rates with a group and with a message per commit. */
export const EMBEDDED = "embedded, group commit, fsynced and validated";
export const SINGLE = "embedded, a commit for each message";

const DATABASE = "datacenter_messages.db";

/** `conche datacenter` under full load: rate, bytes on disk, memory. */
export async function embeddedIngest(messages: number, runs: number): Promise<Figure[]> {
  const results: IngestRun[] = [];
  for (let run = 0; run <= runs; run++) {
    const result = await withFolder((data) =>
      withDataCenter(data, (center) => fullLoad(center, data, messages)),
    );
    if (run > 0) results.push(result); // the first one warms the disk cache and the machine up
  }
  return [
    figure(
      EMBEDDED,
      "msg/s",
      results.map(({ rate }) => rate),
    ),
    figure(
      "processor time of the data center per message",
      "us",
      results.map(({ cpuUs }) => cpuUs),
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
  return [figure(SINGLE, "msg/s", rates)];
}

/** From write to PUBACK at a steady rate, and memory over the time. */
export async function commitLatency(rate: number, seconds: number, runs: number): Promise<Figure[]> {
  const latencies: { p50: number; p99: number; p999: number }[] = [];
  const memory: number[] = [];
  const growth: number[] = [];
  for (let run = 0; run < runs; run++) {
    await withFolder((data) =>
      withDataCenter(data, async (center) => {
        const port = portOf(center.started.mqtt);
        await runLoad({ ...STANDARD_LOAD, port, messages: rate * 3, rate });
        const before = await residentMb(center.child.pid);
        const { latencyMs } = await runLoad({ ...STANDARD_LOAD, port, messages: rate * seconds, rate });
        const after = await residentMb(center.child.pid);
        await center.stop("SIGTERM");
        if (latencyMs !== undefined) latencies.push(latencyMs);
        memory.push(after);
        growth.push(after - before);
      }),
    );
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

async function fullLoad(center: RunningConche, data: string, messages: number): Promise<IngestRun> {
  const before = await cpuSeconds(center.child.pid);
  const { rate, refused } = await runLoad({ ...STANDARD_LOAD, port: portOf(center.started.mqtt), messages });
  if (refused > 0) throw new Error(`${refused} messages were refused`);
  const cpuUs = (((await cpuSeconds(center.child.pid)) - before) * 1e6) / messages;
  const resident = await residentMb(center.child.pid);
  const code = await center.stop("SIGTERM");
  if (code !== 0) throw new Error(`the data center ended with code ${code}`);
  const { size } = await stat(join(data, DATABASE));
  return { rate, bytesPerMessage: size / messages, residentMb: resident, cpuUs };
}

async function singleCommits(data: string, messages: number): Promise<number> {
  const script = join(import.meta.dirname, "..", "load", "data-center.ts");
  const child = spawn(process.execPath, [script, JSON.stringify({ data, groupSize: 1 })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout.setEncoding("utf8"), "data");
  const ended = once(child, "close");
  try {
    const { rate } = await runLoad({ ...STANDARD_LOAD, port: Number(port), messages });
    return rate;
  } finally {
    // Before its folder goes.
    child.kill("SIGTERM");
    await ended;
  }
}

/** User and system time of a process, seconds; NaN where the system doesn't show it. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  try {
    // proc_pid_stat(5): fields 14 and 15, in hundredths of a second; the name before them may hold spaces.
    const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
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

/** A data center for as long as the work lasts; it doesn't outlive work that fails. */
async function withDataCenter<Result>(
  data: string,
  work: (center: RunningConche) => Promise<Result>,
): Promise<Result> {
  const words = ["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0", "--quiet"];
  const center = await startConche(words, [], DOOR);
  try {
    return await work(center);
  } catch (error) {
    center.child.kill("SIGKILL");
    await center.ended;
    throw error;
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
