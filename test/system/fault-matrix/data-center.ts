import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { TestContext } from "node:test";
import type { OutboxReport } from "../../../src/edge/outbox-report.ts";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { type RunningConche, startConche } from "../../servers/conche.ts";
import { endWithin } from "../../servers/end-within.ts";
import { type Mosquitto, type MosquittoOptions, startMosquitto } from "../../servers/mosquitto.ts";

/** A machine of the packaged plant. */
export const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";
export const TELEMETRY = `factory/${MACHINE}/telemetry`;
export const STATE = `factory/${MACHINE}/state`;
/** Like that of a machine that was started in 2026. */
export const BOOT = "0198b2f0-0000-7000-8000-000000000001";

/** A version 2 telemetry message of the machine. */
export function telemetry(seq: number, { boot = BOOT, atMs = Date.now(), temp_c = 31.4 } = {}): string {
  return JSON.stringify({ v: 2, boot, seq, ts: new Date(atMs).toISOString(), tags: { temp_c } });
}

/** A folder that is removed after the test. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-system-"));
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A Mosquitto that is gone after the test. */
export async function mosquitto(context: TestContext, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto({ verbose: false, ...options });
  afterwards(context, () => broker.dispose());
  return broker;
}

/** What a data center of a test is started with. */
export interface DataCenterSetting {
  readonly data: string;
  /** Port of another broker; the embedded one where left out. */
  readonly brokerPort?: number;
  readonly words?: readonly string[];
  readonly wrapper?: readonly string[];
}

/** `conche datacenter` on free ports, running; ended after the test however that ended. */
export async function dataCenter(context: TestContext, setting: DataCenterSetting): Promise<RunningConche> {
  const { data, brokerPort, words = [], wrapper } = setting;
  const broker =
    brokerPort === undefined ? ["--mqtt-port", "0"] : ["--broker", `mqtt://127.0.0.1:${brokerPort}`];
  const center = await startConche(
    ["datacenter", "--data", data, "--http-port", "0", ...broker, ...words],
    wrapper,
  );
  afterwards(context, () => center.stop("SIGKILL"));
  return center;
}

/** Resolves when the data center says that it is ready: with another broker, that it has its subscription. */
export async function ready(center: RunningConche): Promise<void> {
  await until(async () => (await center.page("/readyz")).status === 200);
}

/** What docker and systemd give, and what is promised; what a busy machine lets it wait is no part of it. */
const WITHIN_MS = 10_000;

/** Asks the process to end, and fails when it doesn't by itself within the ten seconds it has. */
export async function endInOrder(center: RunningConche): Promise<void> {
  const code = await endWithin(center, WITHIN_MS);
  assert.equal(code, 0, `ended with ${code ?? "SIGKILL after 10 s"}: ${center.errors.join("\n")}`);
}

/** The rows of a query on the log; plain SQL, so that a fault of our own reading can't hide a loss. */
export function select(
  data: string,
  sql: string,
  ...values: SQLInputValue[]
): Record<string, string | number | null>[] {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const rows = database.prepare(sql).all(...values);
    return rows.map((row) => ({ ...row }) as Record<string, string | number | null>);
  } finally {
    database.close();
  }
}

/** The number of rows of a table; or of nothing where the log is only being made. */
export function count(data: string, table: "mqtt_messages" | "quarantine"): number {
  return Number(select(data, `SELECT count(*) AS count FROM ${table}`)[0]?.count);
}

/** Looks until it is so; the test's time limit ends it otherwise. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** `conche verify` finds that everything adds up. */
export async function assertVerified(data: string): Promise<void> {
  const { code, out, err } = await runConche(["verify", "--data", data]);
  assert.equal(code, 0, out + err);
}

/** What `conche verify` says of an outbox; fails when it finds that it doesn't add up. */
export async function verifiedOutbox(outbox: string): Promise<OutboxReport> {
  const { code, out, err } = await runConche(["verify", "--outbox", outbox, "--json"]);
  assert.equal(code, 0, out + err);
  return JSON.parse(out);
}

/** The counters of the log, as `conche verify` finds them; fails when it finds that they don't add up. */
export async function verifiedTotals(data: string): Promise<Record<string, number>> {
  const { code, out, err } = await runConche(["verify", "--data", data, "--json"]);
  assert.equal(code, 0, out + err);
  return JSON.parse(out).totals;
}

/** The value of a metric without labels, or with exactly these: `conche_ready`, `name{label="value"}`. */
export async function metric(center: RunningConche, name: string): Promise<number> {
  let page = await center.page("/metrics");
  // One that gets too little of the processor says so, and answers the next time.
  while (page.status === 503) page = await center.page("/metrics");
  const line = page.text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  assert.ok(line !== undefined, `no metric ${name}`);
  return Number(line.slice(name.length + 1));
}
