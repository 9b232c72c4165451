import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { ROOT } from "../../scripts/tool.ts";
import { startConche } from "../servers/conche.ts";

test("examples/publish.ts reaches the data center, and ends when it has", { timeout: 60_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "conche-example-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const words = ["datacenter", "--data", join(folder, "data"), "--mqtt-port", "0", "--http-port", "0"];
  const center = await startConche(words);
  const url = center.started.mqtt ?? assert.fail("no broker");
  const example = spawn(
    process.execPath,
    ["--conditions=conche-checkout", join(ROOT, "examples", "publish.ts"), url, join(folder, "outbox")],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [said, [code]] = await Promise.all([text(example.stdout), once(example, "exit")]);
  assert.equal(code, 0);
  assert.match(said, /handed over as 3 of boot [0-9a-f-]{36}/);
  const metrics = await center.page("/metrics");
  for (const type of ["state", "telemetry", "alarm"]) {
    assert.match(metrics.text, new RegExp(`conche_messages_stored_total\\{type="${type}"\\} 1\\n`));
  }
  assert.equal(await center.stop("SIGTERM"), 0);
});
