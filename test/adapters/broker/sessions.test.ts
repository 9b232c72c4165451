import assert from "node:assert/strict";
import { test } from "node:test";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const KEPT = {
  4: { clean: false },
  5: { clean: false, properties: { sessionExpiryInterval: 1_000 } },
} as const;

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: a subscriber that was away gets what it missed, once it has acknowledged no more`, async (t) => {
    const { port, broker } = await startBroker(t);
    const first = await RawClient.connected(port, version, "history", KEPT[version]);
    first.subscribe(1, ["factory/#", 1]);
    await first.expect("suback");
    first.send({ cmd: "disconnect", reasonCode: 0 });
    await first.closed;
    const machine = await RawClient.connected(port, version, "conche-01");
    for (let id = 1; id <= 3; id++) machine.publish(TOPIC, `message ${id}`, 1, id);
    for (let id = 1; id <= 3; id++) await machine.expect("puback");
    assert.equal(broker.stats().queuedMessages, 3);

    const second = RawClient.open(port, version);
    second.connect("history", KEPT[version]);
    assert.equal((await second.expect("connack")).sessionPresent, true);
    for (let id = 1; id <= 3; id++) {
      const { payload, messageId = 0 } = await second.expect("publish");
      assert.equal(payload?.toString(), `message ${id}`);
      if (id < 3) second.send({ cmd: "puback", messageId, reasonCode: 0 });
    }
    await second.ping();
    assert.equal(broker.stats().queuedMessages, 1);
    second.cut();
    await second.closed;

    const third = await RawClient.connected(port, version, "history", KEPT[version]);
    assert.equal((await third.expect("publish")).payload?.toString(), "message 3");
  });

  test(`${name}: a clean start finds nothing of before`, async (t) => {
    const { port, broker } = await startBroker(t);
    const first = await RawClient.connected(port, version, "history", KEPT[version]);
    first.subscribe(1, ["factory/#", 1]);
    await first.expect("suback");
    first.cut();
    await first.closed;
    const machine = await RawClient.connected(port, version, "conche-01");
    machine.publish(TOPIC, "missed", 1, 1);
    await machine.expect("puback");
    const second = RawClient.open(port, version);
    second.connect("history", { ...KEPT[version], clean: true });
    assert.equal((await second.expect("connack")).sessionPresent, false);
    await second.ping();
    assert.equal(broker.stats().queuedMessages, 0);
  });
}

test("a client that is away costs no more memory than allowed: the oldest messages go, and are counted", async (t) => {
  const { port, broker, reported } = await startBroker(t, { limits: { queuedMessages: 10 } });
  const away = await RawClient.connected(port, 4, "history", KEPT[4]);
  away.subscribe(1, ["factory/#", 1]);
  await away.expect("suback");
  away.cut();
  await away.closed;
  const machine = await RawClient.connected(port, 5, "conche-01");
  for (let id = 1; id <= 50; id++) machine.publish(TOPIC, `message ${id}`, 1, id);
  for (let id = 1; id <= 50; id++) await machine.expect("puback");
  assert.equal(broker.stats().queuedMessages, 10);
  assert.equal(broker.stats().deliveriesDropped, 40);
  const { clientId, reason } = await reported("delivery-dropped");
  assert.deepEqual([clientId, reason], ["history", "queue"]);
  const back = await RawClient.connected(port, 4, "history", KEPT[4]);
  for (let id = 41; id <= 50; id++) {
    assert.equal((await back.expect("publish")).payload?.toString(), `message ${id}`);
  }
});

test("no more sessions than allowed are kept: the one away longest goes", async (t) => {
  const { port, broker, reported } = await startBroker(t, { limits: { sessions: 2 } });
  for (const clientId of ["one", "two", "three"]) {
    const client = await RawClient.connected(port, 4, clientId, KEPT[4]);
    client.subscribe(1, ["factory/#", 1]);
    await client.expect("suback");
    client.cut();
    await client.closed;
  }
  assert.deepEqual(
    { ...(await reported("session-ended")) },
    { kind: "session-ended", clientId: "one", reason: "sessions", suppressed: 0 },
  );
  assert.equal(broker.stats().sessions, 2);
});

test("a session that nobody comes back for ends, whatever the protocol says about it", async (t) => {
  const { port, broker, reported } = await startBroker(t, { limits: { sessionExpirySeconds: 0.05 } });
  const client = await RawClient.connected(port, 4, "gone", KEPT[4]);
  client.subscribe(1, ["factory/#", 1]);
  await client.expect("suback");
  assert.equal(broker.stats().sessions, 1);
  client.cut();
  const { clientId, reason } = await reported("session-ended");
  assert.deepEqual([clientId, reason], ["gone", "expired"]);
  assert.equal(broker.stats().sessions, 0);
});

test("filters that were refused are not kept with the session", async (t) => {
  const { port, broker } = await startBroker(t, { limits: { subscriptions: 1 } });
  const client = await RawClient.connected(port, 4, "history", KEPT[4]);
  client.subscribe(1, ["factory/+/x", 1], ["factory/#", 1], ["$share/g/factory/#", 1]);
  assert.deepEqual((await client.expect("suback")).granted, [1, 0x80, 0x80]);
  client.cut();
  await client.closed;
  const machine = await RawClient.connected(port, 5, "conche-01");
  machine.publish(TOPIC, "not for it", 1, 1);
  await machine.expect("puback");
  assert.equal(broker.stats().queuedMessages, 0);
});
