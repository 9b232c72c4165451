import assert from "node:assert/strict";
import { test } from "node:test";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

test("$SYS says how the broker is: at once to who subscribes, then what has changed; it is never logged", async (t) => {
  let now = 5_000;
  t.mock.method(performance, "now", () => now);
  const { port, sink } = await startBroker(t);
  const reader = await RawClient.connected(port, 5, "operator");
  reader.subscribe(1, ["$SYS/#", 1]);
  await reader.expect("suback");
  await reader.ping();
  const said = new Map(
    reader.packets.flatMap(({ topic, payload, retain }) =>
      topic?.startsWith("$SYS/") ? [[topic, `${payload} ${retain}`]] : [],
    ),
  );
  assert.equal(said.get("$SYS/broker/clients/connected"), "1 true");
  assert.equal(said.get("$SYS/broker/clients/total"), "1 true");
  assert.ok(said.size > 8);
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish(TOPIC, "x", 1, 1);
  await machine.expect("puback");
  now += 10_000;
  for (;;) {
    const { topic, payload } = await reader.expect("publish");
    if (topic === "$SYS/broker/clients/connected") assert.equal(payload?.toString(), "2");
    if (topic === "$SYS/broker/messages/received" && payload?.toString() === "1") break;
  }
  assert.deepEqual(sink.texts(), ["x"]);
});

test("nobody else publishes there, and a subscription to everything doesn't get it", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "curious");
  client.subscribe(1, ["#", 0]);
  await client.expect("suback");
  client.publish("$SYS/broker/clients/connected", "0", 1, 1);
  assert.equal((await client.expect("puback")).reasonCode, 0x87);
  await client.ping();
  assert.ok(client.packets.every(({ cmd }) => cmd !== "publish"));
});
