// Row 43: the views' file is deleted, damaged, of a newer version under a running data center, its disk is full: said,
// made anew or waited for, and ingest hears nothing of it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import { viewsFiles } from "../../../src/adapters/sqlite/database/database-files.ts";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { portOf, type RunningConche, startConche } from "../../servers/conche.ts";
import { noSmallDisk, seenBy, smallDisk } from "../../servers/small-disk.ts";

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

  /** Resolves when the views have everything that was sent, and answer so. Until then no answer speaks of the log. */
  async function caughtUp(): Promise<void> {
    for (;;) {
      const { status, text } = await center.page(`/api/topics?under=${TOPIC}`);
      assert.doesNotMatch(text, /CONCHE_LOG_|CONCHE_INTERNAL/);
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
    // In one sentence, without the words of the operating system.
    assert.ok(said(/views: a file of the views is gone while the views were open: [^,]*views\.db/));
    assert.ok(!said(/ENOENT/));
  });

  test("emptied: the same", async () => {
    // What it needs of the file the process has in memory: nothing but its length tells.
    await publish();
    await caughtUp();
    const told = () => [...center.events.map((event) => JSON.stringify(event)), ...center.errors].join("\n");
    const before = told().length;
    await truncate(viewsFiles(folder).database);
    await publish();
    await caughtUp();
    assert.match(
      told().slice(before),
      /CONCHE_VIEWS_DAMAGED.*the file was cut short while the views were open/s,
    );
  });

  test("replaced by something that is no database: the same", async () => {
    await removeViews();
    await writeFile(viewsFiles(folder).database, Buffer.alloc(50_000, "not a database "));
    await publish();
    await caughtUp();
    assert.ok(said(/made anew/), center.errors.join("\n"));
  });

  test("overwritten from its second page on, in place: the same, said once", async () => {
    await caughtUp();
    const [events, errors] = [center.events.length, center.errors.length];
    for (const path of [viewsFiles(folder).database, viewsFiles(folder).wal]) {
      const file = await open(path, "r+");
      const { size } = await file.stat();
      await file.write(randomBytes(Math.max(0, size - 8_192)), 0, undefined, 8_192);
      await file.close();
    }
    await publish();
    await caughtUp();
    const told = [
      ...center.events.slice(events).map((event) => JSON.stringify(event)),
      ...center.errors.slice(errors),
    ];
    assert.equal(
      told.filter((line) => /CONCHE_VIEWS_DAMAGED.*made anew/.test(line)).length,
      1,
      told.join("\n"),
    );
  });

  test("everything that was published was acknowledged, and is in the log", async () => {
    const { text } = await center.page("/api/messages?limit=100");
    assert.equal((JSON.parse(text) as { messages: unknown[] }).messages.length, sent);
    assert.equal((await center.page("/readyz")).status, 200);
  });
});

suite("row 43: the disk of the views is full", { skip: noSmallDisk() }, () => {
  test("it is said, questions are answered that they have to wait, and with room the views are made", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "conche-row43-full-"));
    afterwards(context, () => rm(folder, { recursive: true, force: true }));
    const [history, disk] = [join(folder, "history"), join(folder, "disk")];
    await mkdir(disk);
    const made = await runConche(["simulate", "--backfill", "2m", "--data", history, "--quiet"]);
    assert.equal(made.code, 0, made.err);
    // What is left is enough for a reader of the log, and not for the tables of the views.
    const fill = [
      'cp -r "$1" "$2/data"',
      'dd if=/dev/zero of="$2/left" bs=32k count=4 2>/dev/null',
      'dd if=/dev/zero of="$2/filler" bs=4k 2>/dev/null',
      'rm "$2/left"',
      'shift 2; exec "$@"',
    ].join("; ");
    const wrapper = [...smallDisk(disk), "sh", "-c", fill, "sh", history, disk];
    const serve = ["serve", "--data", join(disk, "data"), "--http-port", "0", "--api-time-limit", "60"];
    const running = await startConche(serve, wrapper);
    try {
      await running.event(({ code }) => code === "CONCHE_VIEWS_DISK_FULL");
      assert.equal((await running.page("/api/topics")).status, 503);
      assert.equal((await running.page("/api/messages?limit=1")).status, 200);
      await writeFile(seenBy(running.child.pid, join(disk, "filler")), "");
      await running.event(({ text }) => /they go on/.test(String(text)));
      const positions = async () => {
        const { status, text } = await running.page("/api/views");
        if (status !== 200) return [1];
        const { views } = JSON.parse(text) as { views: readonly { behind: number; position: number }[] };
        return views.length === 0 ? [1] : views.map(({ behind }) => behind);
      };
      while ((await positions()).some((behind) => behind > 0));
    } finally {
      await running.stop("SIGTERM");
    }
  });
});
