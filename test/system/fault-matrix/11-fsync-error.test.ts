import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { injectErrors, noStraceAttach } from "../../servers/strace.ts";
import {
  assertVerified,
  dataCenter,
  endInOrder,
  mosquitto,
  ready,
  select,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
} from "./data-center.ts";

/** What fails, and from which call on; the write-ahead log is written before it is synced. */
const FAULTS = [
  { calls: "fsync,fdatasync", first: 1 },
  { calls: "fsync,fdatasync", first: 7 },
  { calls: "pwrite64", first: 4 },
] as const;

const numbers = (data: string) =>
  new Set(select(data, "SELECT seq FROM mqtt_messages").map(({ seq }) => Number(seq)));

suite("row 11, fsync I/O error: process exits non-zero without acknowledging", {
  skip: noStraceAttach(),
}, () => {
  test("embedded broker: every start goes on where the disk failed the one before", async (context) => {
    const data = await temporaryFolder(context);
    const log = join(await temporaryFolder(context), "trace");
    const acknowledged: number[] = [];
    let seq = 0;
    for (const { calls, first } of FAULTS) {
      const center = await dataCenter(context, { data });
      const client = await RawClient.connected(portOf(center.started.mqtt), 5, "temper-01");
      const injected = await injectErrors(center.child.pid, calls, "EIO", first, log);
      // One after the other: each one is a group of its own, hence at least one write and one sync.
      for (;;) {
        client.publish(TELEMETRY, telemetry(++seq), 1, seq);
        const answer = await client.next();
        if (answer?.cmd !== "puback") break;
        acknowledged.push(seq);
      }
      assert.equal(await center.ended, 1);
      await injected.stop();
      assert.match(readFileSync(log, "utf8"), /EIO .*\(INJECTED\)/);
      const { code, message, hint } = JSON.parse(center.errors.at(-1) ?? "").error;
      assert.equal(code, "CONCHE_LOG_IO");
      assert.match(message, /disk I\/O error .* while committing/);
      assert.match(hint, /check the disk/);
      const stored = numbers(data);
      const lost = acknowledged.filter((number) => !stored.has(number));
      assert.deepEqual(lost, [], `${calls} ${first}: acknowledged and not on disk`);
    }
    assert.ok(acknowledged.length > 0, "the disk failed before anything was acknowledged");
    await assertVerified(data);
  });

  test("Mosquitto: what could not be stored is delivered again to the next start", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const broker = await mosquitto(context);
    const data = await temporaryFolder(context);
    const first = await dataCenter(context, { data, brokerPort: broker.port });
    await ready(first);
    const log = join(await temporaryFolder(context), "trace");
    const injected = await injectErrors(first.child.pid, "fsync,fdatasync", "EIO", 1, log);
    const client = await RawClient.connected(broker.port, 5, "temper-01");
    for (let seq = 1; seq <= 20; seq++) client.publish(TELEMETRY, telemetry(seq), 1, seq);
    assert.equal(await first.ended, 1);
    await injected.stop();
    const second = await dataCenter(context, { data, brokerPort: broker.port });
    await until(() => numbers(data).size === 20);
    await endInOrder(second);
    await assertVerified(data);
  });
});
