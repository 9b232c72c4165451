import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { portOf } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  dataCenter,
  endInOrder,
  mosquitto,
  ready,
  STATE,
  select,
  temporaryFolder,
  until,
  verifiedTotals,
} from "./data-center.ts";

const WILL = '{"ts":"unknown","state":"OFFLINE"}';

/** A machine without identity that connects, and is gone without a word: the broker publishes its will. */
async function crash(port: number, protocol: 4 | 5): Promise<void> {
  const will = { topic: STATE, payload: Buffer.from(WILL), qos: 1, retain: true } as const;
  const machine = await RawClient.connected(port, protocol, "temper-01", { will });
  machine.cut();
  await machine.closed;
}

const offline = (data: string) =>
  select(
    data,
    "SELECT received_at FROM mqtt_messages WHERE topic = ? AND payload_json = ? ORDER BY id",
    STATE,
    WILL,
  );

async function crashesAreRows(data: string, port: number, protocol: 4 | 5, before = 0): Promise<void> {
  for (let crashes = 1; crashes <= 3; crashes++) {
    await crash(port, protocol);
    await until(() => offline(data).length === before + crashes);
  }
  const received = offline(data).map((row) => Number(row.received_at));
  assert.deepEqual(
    received,
    received.toSorted((a, b) => a - b),
  );
}

suite("row 47, repeated events with the same bytes from machines without identity: each is a row", () => {
  for (const [words, machine] of [
    ["5", 4],
    ["3.1.1", 5],
  ] as const) {
    const name = `behind Mosquitto, read with MQTT ${words}, the machine with ${machine === 5 ? "5" : "3.1.1"}`;
    test(name, { skip: NO_MOSQUITTO }, async (context: TestContext) => {
      const broker = await mosquitto(context);
      const data = await temporaryFolder(context);
      const start = () =>
        dataCenter(context, { data, brokerPort: broker.port, words: ["--protocol", words] });
      const first = await start();
      await ready(first);
      await crashesAreRows(data, broker.port, machine);
      await endInOrder(first);

      // While it is away the broker keeps what happens, and these are events too.
      for (let crashes = 0; crashes < 3; crashes++) {
        await crash(broker.port, machine);
      }
      const second = await start();
      await ready(second);
      await until(() => offline(data).length === 6);
      await crashesAreRows(data, broker.port, machine, 6);
      await endInOrder(second);
      const { quarantined } = await verifiedTotals(data);
      assert.equal(quarantined, 0);
    });
  }

  test("over the embedded broker", async (context: TestContext) => {
    const data = await temporaryFolder(context);
    const first = await dataCenter(context, { data });
    await crashesAreRows(data, portOf(first.started.mqtt), 4);
    await endInOrder(first);
    const second = await dataCenter(context, { data });
    await crashesAreRows(data, portOf(second.started.mqtt), 5, 3);
    await endInOrder(second);
  });
});
