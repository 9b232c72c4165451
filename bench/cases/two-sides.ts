import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DOOR, type RunningConche, startConche } from "../../test/servers/conche.ts";
import { type Mosquitto, startMosquitto } from "../../test/servers/mosquitto.ts";

/** Limits of Mosquitto that don't become what is measured: by default it has 20 in flight, and drops past 1,000. */
const UNLIMITED = ["allow_anonymous true", "max_inflight_messages 1000", "max_queued_messages 0"];
/** Between two looks at something that can't be waited for, milliseconds. */
const LOOK_MS = 20;

/** A Mosquitto that lets everything pass. */
export function roomyMosquitto(): Promise<Mosquitto> {
  return startMosquitto({ verbose: false, global: UNLIMITED });
}

/** Starts a data center on it, and waits until it is ready. */
export async function dataCenterOn(broker: Mosquitto, data: string): Promise<RunningConche> {
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const words = ["datacenter", "--broker", url, "--data", data, "--http-port", "0", "--quiet"];
  const center = await startConche(words, [], DOOR);
  await until(async () => (await center.page("/readyz")).status === 200);
  return center;
}

/** Waits until something is so. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** Waits until so many messages are committed to the log. */
export async function storedIn(data: string, messages: number): Promise<void> {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  const last = database.prepare("SELECT max(id) AS id FROM mqtt_messages");
  await until(() => Number(last.get()?.id ?? 0) >= messages);
  database.close();
}

/** The value of one line of a process's metrics; 0 where it has none. */
export async function metric(process: RunningConche, name: string): Promise<number> {
  const { text } = await process.page("/metrics");
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

/** CPU time of a process so far, seconds; Linux counts it in hundredths. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name before the last bracket may hold anything; user and system time are the 14th and 15th field.
  const [, fields = ""] = /\) (.*)$/s.exec(stat) ?? [];
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / 100;
}

/** Lets {@link peakResidentMb} count from now on. */
export async function forgetPeak(pid: number | undefined): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5").catch(() => {});
}

/** The most memory that a process had resident, megabytes; Linux knows it. */
export async function peakResidentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
