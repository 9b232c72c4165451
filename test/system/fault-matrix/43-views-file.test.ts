// Row 43: the views' file is deleted, damaged, of a newer version under a running data center: said, made anew, and
// ingest hears nothing of it.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { viewsFiles } from "../../../src/adapters/sqlite/database/database-files.ts";
import { portOf, type RunningConche, startConche } from "../../servers/conche.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01";
const PORTS = ["--mqtt-port", "0", "--http-port", "0", "--api-time-limit", "60"];

suite("row 43: the views' file under a running data center", () => {
  let folder = "";
  let center: RunningConche;
  let client: MqttClient;
  let sent = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-row43-"));
    center = await startConche(["datacenter", "--data", folder, ...PORTS]);
    client = await connectAsync(`mqtt://127.0.0.1:${portOf(center.started.mqtt)}`);
  });
  after(async () => {
    await client?.endAsync();
    await center?.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  /** Resolves with the PUBACK: the message is on disk. */
  async function publish(): Promise<void> {
    sent++;
    const payload = {
      ts: new Date().toISOString(),
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
      results: { n: sent },
    };
    await client.publishAsync(`${TOPIC}/quality`, JSON.stringify(payload), { qos: 1 });
  }

  /** Resolves when the views have everything that was sent, and answer so. */
  async function caughtUp(): Promise<void> {
    for (;;) {
      const { status, text } = await center.page(`/api/topics?under=${TOPIC}`);
      if (status === 200) {
        const { levels } = JSON.parse(text) as { levels: readonly { messages: number }[] };
        if (levels[0]?.messages === sent) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function removeViews(): Promise<void> {
    for (const end of ["", "-wal", "-shm"]) await rm(`${viewsFiles(folder).database}${end}`, { force: true });
  }

  function said(pattern: RegExp): boolean {
    return [...center.events.map((event) => JSON.stringify(event)), ...center.errors].some((line) =>
      pattern.test(line),
    );
  }

  test("deleted: messages are taken on, the loss is said, the views are made anew", async () => {
    await publish();
    await caughtUp();
    await removeViews();
    await publish();
    await caughtUp();
    assert.ok(said(/CONCHE_VIEWS_DAMAGED/), center.errors.join("\n"));
  });

  test("replaced by something that is no database: the same", async () => {
    await removeViews();
    await writeFile(viewsFiles(folder).database, Buffer.alloc(50_000, "not a database "));
    await publish();
    await caughtUp();
    assert.ok(said(/made anew/), center.errors.join("\n"));
  });

  test("everything that was published was acknowledged, and is in the log", async () => {
    const { text } = await center.page("/api/messages?limit=100");
    assert.equal((JSON.parse(text) as { messages: unknown[] }).messages.length, sent);
    assert.equal((await center.page("/readyz")).status, 200);
  });
});
