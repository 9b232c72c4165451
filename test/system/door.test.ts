import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { afterwards } from "../servers/afterwards.ts";
import { DOOR, startConche } from "../servers/conche.ts";

const YOUNG = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m;

test("through the command's door a data center keeps its young heap small, in the process it was started as", async (t) => {
  const data = await mkdtemp(join(tmpdir(), "conche-door-"));
  afterwards(t, () => rm(data, { recursive: true, force: true }));
  const words = ["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"];
  const center = await startConche(words, [], DOOR);
  afterwards(t, () => center.stop("SIGKILL"));
  const metrics = await center.page("/metrics");
  const young = Number(YOUNG.exec(metrics.text)?.[1]);
  assert.ok(young > 0, "the metric is there");
  if (process.platform !== "win32") assert.ok(young <= 16 * 1024 * 1024, `${young} bytes`);
  assert.equal((center.started as { pid?: unknown }).pid, center.child.pid);
  assert.equal(await center.stop("SIGTERM"), 0);
  assert.deepEqual(center.errors, []);
});

test("so does a gateway", async (t) => {
  const outbox = await mkdtemp(join(tmpdir(), "conche-door-"));
  afterwards(t, () => rm(outbox, { recursive: true, force: true }));
  // Nobody listens there: what it takes waits.
  const words = [
    "edge",
    "--cloud",
    "mqtt://127.0.0.1:1",
    "--outbox",
    outbox,
    "--mqtt-port",
    "0",
    "--http-port",
    "0",
  ];
  const edge = await startConche(words, [], DOOR);
  afterwards(t, () => edge.stop("SIGKILL"));
  const young = Number(YOUNG.exec((await edge.page("/metrics")).text)?.[1]);
  assert.ok(young > 0, "the metric is there");
  if (process.platform !== "win32") assert.ok(young <= 16 * 1024 * 1024, `${young} bytes`);
  assert.equal(await edge.stop("SIGTERM"), 0);
});
