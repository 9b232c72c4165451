import assert from "node:assert/strict";
import { test } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const WILL = { topic: STATE, payload: '{"ts":"unknown","state":"OFFLINE"}', qos: 1, retain: true } as const;

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: the will of a client that is cut off is stored, forwarded and retained`, async (t) => {
    const { port, sink, broker } = await startBroker(t);
    const watcher = await RawClient.connected(port, version, "watcher");
    watcher.subscribe(1, ["factory/#", 1]);
    await watcher.expect("suback");
    const machine = await RawClient.connected(port, version, "conche-01", { will: WILL });
    machine.cut();
    const [accepted] = await sink.have(1);
    const { topic, qos, retain, retainVisible, mayBeReplay } = accepted?.message ?? {};
    assert.deepEqual([topic, qos, retain, retainVisible, mayBeReplay], [STATE, 1, true, true, false]);
    assert.equal(accepted?.text, WILL.payload);
    assert.equal((await watcher.expect("publish")).payload?.toString(), WILL.payload);
    assert.equal(broker.stats().retainedMessages, 1);
  });

  test(`${name}: a client that says goodbye leaves no will`, async (t) => {
    const { port, sink, reported } = await startBroker(t);
    const machine = await RawClient.connected(port, version, "conche-01", { will: WILL });
    machine.send({ cmd: "disconnect", reasonCode: 0 });
    await machine.closed;
    assert.equal((await reported("disconnected")).reason, "client");
    const other = await RawClient.connected(port, version, "other");
    other.publish(TOPIC, "after", 1, 1);
    await other.expect("puback");
    assert.deepEqual(sink.texts(), ["after"]);
  });

  test(`${name}: an orderly end of the broker is no failure of the machines`, async (t) => {
    const { port, sink, broker, reported } = await startBroker(t);
    const machine = await RawClient.connected(port, version, "conche-01", { will: WILL });
    await broker.stop();
    await machine.closed;
    assert.deepEqual(sink.texts(), []);
    const discarded = await reported("will-discarded");
    assert.deepEqual(
      [discarded.clientId, discarded.topic, discarded.reason],
      ["conche-01", STATE, "shutdown"],
    );
    assert.equal(broker.stats().willsDiscarded, 1);
  });
}

test("MQTT 5: the will is published with DISCONNECT reason 0x04 too", async (t) => {
  const { port, sink } = await startBroker(t);
  const machine = await RawClient.connected(port, 5, "conche-01", { will: WILL });
  machine.send({ cmd: "disconnect", reasonCode: 4 });
  await sink.have(1);
  assert.deepEqual(sink.texts(), [WILL.payload]);
});

test("MQTT 5: a will with a delay comes after it, without the delay in it", async (t) => {
  const { port, sink } = await startBroker(t);
  const watcher = await RawClient.connected(port, 5, "watcher");
  watcher.subscribe(1, ["factory/#", 1]);
  await watcher.expect("suback");
  const properties = { willDelayInterval: 1, contentType: "application/json" };
  const machine = await RawClient.connected(port, 5, "conche-01", {
    will: { ...WILL, properties },
    properties: { sessionExpiryInterval: 60 },
  });
  machine.cut();
  const message = await watcher.expect("publish");
  assert.deepEqual({ ...message.properties }, { contentType: "application/json" });
  assert.deepEqual(sink.accepted[0]?.message.properties?.contentType, "application/json");
});

test("MQTT 5: a client that is back in time sends no will", async (t) => {
  const { port, sink } = await startBroker(t);
  const will = { ...WILL, properties: { willDelayInterval: 1 } };
  const session = { properties: { sessionExpiryInterval: 60 } };
  const machine = await RawClient.connected(port, 5, "conche-01", { will, ...session });
  const slower = await RawClient.connected(port, 5, "conche-02", {
    will: { ...will, payload: "gone" },
    ...session,
  });
  machine.cut();
  await machine.closed;
  const again = await RawClient.connected(port, 5, "conche-01", { clean: false, ...session });
  slower.cut();
  await sink.have(1);
  assert.deepEqual(sink.texts(), ["gone"], "the other one's will came, a second later");
  await again.ping();
});

test("MQTT 5: wills that wait for their delay when the broker ends are counted", async (t) => {
  const { port, broker, sink, reported } = await startBroker(t);
  const will = { ...WILL, properties: { willDelayInterval: 100 } };
  const session = { properties: { sessionExpiryInterval: 200 } };
  const machine = await RawClient.connected(port, 5, "conche-01", { will, ...session });
  machine.cut();
  await reported("disconnected");
  await broker.stop();
  assert.equal(broker.stats().willsDiscarded, 1);
  assert.deepEqual(sink.texts(), []);
});

test("a will that could not be stored is reported and not forwarded", async (t) => {
  const { port, sink, broker, reported } = await startBroker(t);
  sink.automatic = false;
  const watcher = await RawClient.connected(port, 5, "watcher");
  watcher.subscribe(1, ["factory/#", 1]);
  await watcher.expect("suback");
  const machine = await RawClient.connected(port, 4, "conche-01", { will: WILL });
  machine.cut();
  await sink.have(1);
  sink.settleAll(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "stopping" }));
  assert.equal((await reported("will-discarded")).reason, "not-stored");
  await watcher.ping();
  assert.deepEqual(
    watcher.packets.map(({ cmd }) => cmd),
    ["connack", "suback", "pingresp"],
  );
  assert.equal(broker.stats().inFlight, 0);
});

test("a client that breaks the protocol leaves its will", async (t) => {
  const { port, sink } = await startBroker(t);
  const machine = await RawClient.connected(port, 4, "conche-01", { will: WILL });
  machine.write(Buffer.from("ffff", "hex"));
  await sink.have(1);
  assert.deepEqual(sink.texts(), [WILL.payload]);
});
