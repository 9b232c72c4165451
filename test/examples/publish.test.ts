import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { ROOT } from "../../scripts/tool.ts";
import { loadPlant } from "../../src/adapters/yaml/load-plant.ts";
import { checkMessage } from "../../src/ingest/check-message.ts";
import { Plausibility } from "../../src/plant/plausibility.ts";
import { afterwards } from "../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";
import { NO_PAHO, PYTHON } from "../servers/paho.ts";

async function center(t: TestContext): Promise<{ running: RunningConche; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "conche-example-"));
  afterwards(t, () => rmSync(folder, { recursive: true, force: true }));
  const words = ["datacenter", "--data", join(folder, "data"), "--mqtt-port", "0", "--http-port", "0"];
  const running = await startConche(words);
  return { running, folder };
}

/** Runs it, and gives what it said; it must end well. */
async function ran(program: string, args: readonly string[]): Promise<string> {
  const example = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const [said, [code]] = await Promise.all([text(example.stdout), once(example, "exit")]);
  assert.equal(code, 0, said);
  return said;
}

async function storedOneOfEach(running: RunningConche): Promise<void> {
  const metrics = await running.page("/metrics");
  for (const type of ["state", "telemetry", "alarm"]) {
    assert.match(metrics.text, new RegExp(`conche_messages_stored_total\\{type="${type}"\\} 1\\n`));
  }
  assert.match(metrics.text, /conche_log_messages\{outcome="quarantined"\} 0\n/);
  assert.equal(await running.stop("SIGTERM"), 0);
}

test("examples/publish.ts runs from a checkout as it says, and ends when all is at the data center", {
  timeout: 120_000,
}, async (t) => {
  const { running, folder } = await center(t);
  const source = readFileSync(join(ROOT, "examples", "publish.ts"), "utf8");
  const [, line = ""] = /^\/\/ +npx node (.*?) {2,}from a checkout$/m.exec(source) ?? [];
  const url = running.started.mqtt ?? assert.fail("no broker");
  // npx finds the Node of the checkout, which is the one that runs this test.
  const said = await ran(process.execPath, [...line.split(" "), url, join(folder, "outbox")]);
  assert.match(said, /handed over as 3 of boot [0-9a-f-]{36}/);
  await storedOneOfEach(running);
});

test("examples/publish.py gets its receipt", { timeout: 120_000, skip: NO_PAHO }, async (t) => {
  const { running } = await center(t);
  const port = String(portOf(running.started.mqtt));
  const said = await ran(PYTHON, [join("examples", "publish.py"), "127.0.0.1", port]);
  assert.match(said, /^on disk through number 3, missing \[\]$/m);
  await storedOneOfEach(running);
});

test("what the Node-RED flow builds is a message of the contract, numbered, and nothing of it is flagged", async () => {
  const flow: { type: string; func?: string; wires?: string[][]; id: string }[] = JSON.parse(
    readFileSync(join(ROOT, "examples", "node-red-flow.json"), "utf8"),
  );
  const ids = new Set(flow.map(({ id }) => id));
  for (const { wires = [] } of flow) for (const target of wires.flat()) assert.ok(ids.has(target), target);
  const source = flow.find(({ type }) => type === "function")?.func ?? assert.fail("no function");
  const build = new Function("msg", "context", source);
  const kept = new Map<string, unknown>();
  const context = {
    get: (name: string) => kept.get(name),
    set: (name: string, value: unknown) => kept.set(name, value),
  };
  const plausibility = new Plausibility(await loadPlant(join(ROOT, "plants", "chocolate.yaml")));
  for (const seq of [1, 2]) {
    const { topic, payload } = build({}, context) as { topic: string; payload: string };
    const verdict = checkMessage(topic, Buffer.from(payload), plausibility, Date.now());
    assert.deepEqual([verdict.verdict, verdict.flags], ["stored", []], JSON.stringify(verdict));
    assert.equal(JSON.parse(payload).seq, seq);
  }
});
