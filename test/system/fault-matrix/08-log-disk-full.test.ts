import assert from "node:assert/strict";
import { copyFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { fillUp, noSmallDisk, seenBy, smallDisk } from "../../servers/small-disk.ts";
import {
  assertVerified,
  dataCenter,
  endInOrder,
  metric,
  mosquitto,
  ready,
  select,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
} from "./data-center.ts";

/** Enough for what is left in the write-ahead log's last page to be used up. */
const MESSAGES = 400;
const PADDING = "x".repeat(2_000);

const numbers = (data: string) =>
  select(data, "SELECT seq FROM mqtt_messages ORDER BY id").map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A copy of a log that only its process can see, as it is at the moment. */
async function copyOf(context: TestContext, folder: string): Promise<string> {
  const copy = await temporaryFolder(context);
  for (const name of ["datacenter_messages.db", "datacenter_messages.db-wal"])
    copyFileSync(join(folder, name), join(copy, name));
  return copy;
}

/** A telemetry message of two kilobytes. */
function large(seq: number): string {
  return telemetry(seq).replace('"temp_c"', `"remark":"${PADDING}","temp_c"`);
}

suite("row 8, log disk full: no ack, clear error, health 503, resumes by itself when there is room", {
  skip: noSmallDisk(),
}, () => {
  test("embedded broker: what was sent meanwhile is acknowledged when it is stored, and not before", async (context) => {
    const disk = await temporaryFolder(context);
    const data = join(disk, "data");
    const center = await dataCenter(context, { data, wrapper: smallDisk(disk) });
    const inside = (path: string) => seenBy(center.child.pid, path);
    const client = await RawClient.connected(portOf(center.started.mqtt), 5, "temper-01");
    client.publish(TELEMETRY, large(1), 1, 1);
    await client.expect("puback");
    const filler = inside(join(disk, "filler"));
    assert.equal(fillUp(filler), "ENOSPC");
    for (let seq = 2; seq <= MESSAGES; seq++) client.publish(TELEMETRY, large(seq), 1, seq);
    const failed = await center.event(({ event }) => event === "commitFailed");
    assert.equal(failed.code, "CONCHE_DISK_FULL");
    assert.match(String(failed.message), /disk is full .* while committing/);
    assert.match(String(failed.hint), /make room on the disk/);

    const readyz = await center.page("/readyz");
    assert.equal(readyz.status, 503);
    assert.match(readyz.text, /CONCHE_DISK_FULL/);
    assert.equal((await center.page("/healthz")).status, 200, "a restart would not help");
    assert.equal(await metric(center, "conche_ready"), 0);
    // Pings are answered meanwhile, and everything acknowledged before one has come by then.
    await client.ping();
    const acknowledged = client.packets.filter(({ cmd }) => cmd === "puback").length;
    assert.deepEqual(numbers(await copyOf(context, inside(data))), range(1, acknowledged));
    assert.ok(acknowledged < MESSAGES);

    truncateSync(filler);
    await center.event(({ text }) => /commits succeed again/.test(String(text)));
    while (client.packets.filter(({ cmd }) => cmd === "puback").length < MESSAGES) await client.next();
    assert.deepEqual(
      client.packets.flatMap(({ cmd, messageId }) => (cmd === "puback" ? [messageId] : [])),
      range(1, MESSAGES),
    );
    const copy = await copyOf(context, inside(data));
    assert.deepEqual(numbers(copy), range(1, MESSAGES));
    await assertVerified(copy);
    await ready(center);
    await endInOrder(center);
  });

  test("Mosquitto: it keeps what the data center can't store, and gets the acknowledgement later", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const broker = await mosquitto(context, { global: ["allow_anonymous true", "max_queued_messages 0"] });
    const disk = await temporaryFolder(context);
    const data = join(disk, "data");
    const center = await dataCenter(context, { data, brokerPort: broker.port, wrapper: smallDisk(disk) });
    const inside = (path: string) => seenBy(center.child.pid, path);
    await ready(center);
    const filler = inside(join(disk, "filler"));
    assert.equal(fillUp(filler), "ENOSPC");
    const client = await RawClient.connected(broker.port, 5, "temper-01");
    for (let seq = 1; seq <= MESSAGES; seq++) client.publish(TELEMETRY, large(seq), 1, seq);
    await center.event(({ event, code }) => event === "commitFailed" && code === "CONCHE_DISK_FULL");
    assert.match((await center.page("/readyz")).text, /CONCHE_DISK_FULL/);
    truncateSync(filler);
    await center.event(({ text }) => /commits succeed again/.test(String(text)));
    await until(async () => (await metric(center, 'conche_log_messages{outcome="stored"}')) === MESSAGES);
    const copy = await copyOf(context, inside(data));
    assert.deepEqual(numbers(copy), range(1, MESSAGES));
    await assertVerified(copy);
    await endInOrder(center);
  });

  test("asked to end meanwhile, it does within 10 s, and stores nothing that it doesn't acknowledge", async (context) => {
    const disk = await temporaryFolder(context);
    const data = join(disk, "data");
    const center = await dataCenter(context, { data, wrapper: smallDisk(disk) });
    const client = await RawClient.connected(portOf(center.started.mqtt), 5, "temper-01");
    assert.equal(fillUp(seenBy(center.child.pid, join(disk, "filler"))), "ENOSPC");
    for (let seq = 1; seq <= MESSAGES; seq++) client.publish(TELEMETRY, large(seq), 1, seq);
    await center.event(({ event }) => event === "commitFailed");
    await endInOrder(center);
    await client.closed;
    assert.ok(client.packets.filter(({ cmd }) => cmd === "puback").length < MESSAGES);
  });
});
