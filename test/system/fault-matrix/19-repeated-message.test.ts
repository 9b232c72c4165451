import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  count,
  dataCenter,
  endInOrder,
  MACHINE,
  metric,
  mosquitto,
  ready,
  TELEMETRY,
  telemetry,
  temporaryFolder,
  until,
  verifiedTotals,
} from "./data-center.ts";

const [SITE, LINE, STEP, NAME] = MACHINE.split("/");
const DUPLICATES = `conche_sequence_duplicates{site="${SITE}",line="${LINE}",step="${STEP}",machine="${NAME}"}`;

/** Sends the same message so many times, and has every one acknowledged. */
async function repeat(port: number, times: number): Promise<void> {
  const client = await RawClient.connected(port, 5, "temper-01");
  const payload = telemetry(1, { atMs: Date.UTC(2026, 0, 11) });
  for (let time = 1; time <= times; time++)
    client.publish(TELEMETRY, payload, 1, time, { dup: time % 2 === 0 });
  for (let time = 1; time <= times; time++) assert.equal((await client.expect("puback")).messageId, time);
  client.send({ cmd: "disconnect", reasonCode: 0 });
  await client.closed;
}

suite("row 19, one message 1,000 times: one row", () => {
  test("embedded broker: across a restart too; the other 999 are acknowledged and counted", async (context) => {
    const data = await temporaryFolder(context);
    const first = await dataCenter(context, { data });
    await repeat(portOf(first.started.mqtt), 500);
    assert.equal(await metric(first, DUPLICATES), 499);
    await endInOrder(first);
    const { stored, duplicates, quarantined } = await first.event(({ event }) => event === "stopped");
    assert.deepEqual([stored, duplicates, quarantined], [1, 499, 0]);

    const second = await dataCenter(context, { data });
    await repeat(portOf(second.started.mqtt), 500);
    assert.equal(await metric(second, DUPLICATES), 999);
    await endInOrder(second);
    assert.equal(count(data, "mqtt_messages"), 1);
    const totals = await verifiedTotals(data);
    assert.deepEqual(totals, { received: 1_000, stored: 1, duplicates: 999, quarantined: 0 });
  });

  test("Mosquitto", { skip: NO_MOSQUITTO }, async (context) => {
    const broker = await mosquitto(context);
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, brokerPort: broker.port });
    await ready(center);
    await repeat(broker.port, 1_000);
    await until(async () => (await metric(center, "conche_messages_received_total")) === 1_000);
    await endInOrder(center);
    assert.equal(count(data, "mqtt_messages"), 1);
    const totals = await verifiedTotals(data);
    assert.deepEqual(totals, { received: 1_000, stored: 1, duplicates: 999, quarantined: 0 });
  });
});
