import assert from "node:assert/strict";
import { test } from "node:test";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: subscribers get what is committed, and not before`, async (t) => {
    const { port, sink } = await startBroker(t);
    sink.automatic = false;
    const subscriber = await RawClient.connected(port, version, "dashboard");
    subscriber.subscribe(1, ["factory/+/+/+/+/telemetry", 1], ["factory/#", 0]);
    assert.deepEqual((await subscriber.expect("suback")).granted, [1, 0]);
    const publisher = await RawClient.connected(port, version, "conche-01");
    publisher.publish(TOPIC, "one", 1, 1, { dup: true });
    await sink.have(1);
    await subscriber.ping();
    assert.equal(subscriber.packets.length, 3, "CONNACK, SUBACK, PINGRESP");
    sink.settleAll();
    const message = await subscriber.expect("publish");
    assert.deepEqual([message.topic, message.payload?.toString(), message.dup], [TOPIC, "one", false]);
    await subscriber.ping();
    assert.equal(subscriber.packets.length, 5, "matching filters give one copy");
  });

  test(`${name}: the broker's own topics are refused, shared or not`, async (t) => {
    const { port, reported, sink } = await startBroker(t);
    const client = await RawClient.connected(port, version, "curious");
    client.subscribe(
      1,
      ["$own/#", 1],
      ["$share/group/$own/#", 1],
      ["$own/+/new/clients", 0],
      ["factory/#", 2],
    );
    const { granted } = await client.expect("suback");
    assert.deepEqual(granted, version === 5 ? [0x87, 0x87, 0x87, 2] : [0x80, 0x80, 0x80, 2]);
    assert.equal((await reported("subscribe-refused")).filter, "$own/#");
    await RawClient.connected(port, version, "someone");
    client.publish(TOPIC, "for all", 1, 1);
    await sink.have(1);
    const seen = [await client.next(), await client.next()].map((packet) => packet?.cmd).toSorted();
    assert.deepEqual(seen, ["puback", "publish"]);
  });

  test(`${name}: no more subscriptions than allowed, and room again after unsubscribing`, async (t) => {
    const { port } = await startBroker(t, { limits: { subscriptions: 3 } });
    const client = await RawClient.connected(port, version, "greedy");
    const refused = version === 5 ? 0x97 : 0x80;
    client.subscribe(1, ["a", 0], ["b", 0], ["c", 0], ["d", 0], ["a", 1]);
    assert.deepEqual((await client.expect("suback")).granted, [0, 0, 0, refused, 1]);
    client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["a", "nothing"] });
    await client.expect("unsuback");
    client.subscribe(3, ["d", 1], ["e", 1], ["$own/x", 1]);
    const reserved = version === 5 ? 0x87 : 0x80;
    assert.deepEqual((await client.expect("suback")).granted, [1, refused, reserved]);
  });
}

test("the subscriptions of all clients together take no more memory than they may", async (t) => {
  const { port } = await startBroker(t, { limits: { subscriptionBytes: 100_000 } });
  const deep = (number: number) => `${"level/".repeat(30)}${number}`;
  const granted: number[] = [];
  for (const name of ["one", "two"]) {
    const client = await RawClient.connected(port, 5, name);
    for (let number = 1; number <= 100; number++) {
      client.subscribe(number, [`${name}/${deep(number)}`, 1]);
      granted.push(...((await client.expect("suback")).granted ?? []));
    }
  }
  assert.equal(granted.indexOf(0x97), granted.lastIndexOf(1) + 1, "once it is full, all are refused");
  assert.ok(granted.indexOf(0x97) > 40);
});

/** A SUBSCRIBE packet from its variable header and payload in hexadecimal. */
const subscribe = (hex: string) =>
  Buffer.from(`82${(hex.length / 2).toString(16).padStart(2, "0")}${hex}`, "hex");
const filter = (text: string) =>
  `${Buffer.byteLength(text).toString(16).padStart(4, "0")}${Buffer.from(text).toString("hex")}00`;

const BAD_SUBSCRIBES: readonly [name: string, packet: Buffer, reason: number][] = [
  ["no filter", subscribe("000100"), 0x82],
  ["packet identifier 0", subscribe(`000000${filter("a")}`), 0x82],
  ["an empty filter", subscribe(`000100${filter("")}`), 0x8f],
  ["# in the middle", subscribe(`000100${filter("a/#/b")}`), 0x8f],
  ["+ beside text", subscribe(`000100${filter("a+")}`), 0x8f],
  ["[MQTT-4.8.2-1] no group to share with", subscribe(`000100${filter("$share//a")}`), 0x8f],
  ["[MQTT-4.8.2-2] no filter to share", subscribe(`000100${filter("$share/group/")}`), 0x8f],
  ["a wildcard in the group's name", subscribe(`000100${filter("$share/+/a")}`), 0x8f],
  ["a subscription identifier of 0", subscribe(`0001020b00${filter("a")}`), 0x82],
  ["two subscription identifiers", subscribe(`0001040b010b02${filter("a")}`), 0x82],
];

for (const [name, packet, reason] of BAD_SUBSCRIBES) {
  test(`a SUBSCRIBE with ${name} ends the connection`, async (t) => {
    const { port, broker } = await startBroker(t);
    const client = await RawClient.connected(port, 5, "odd");
    client.write(packet);
    assert.equal((await client.expect("disconnect")).reasonCode, reason);
    await client.closed;
    assert.equal(broker.stats().clients, 0);
  });
}

test("filters named like members of objects are ordinary ones", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "odd");
  client.subscribe(1, ["constructor", 1], ["toString", 0], ["__proto__", 1]);
  assert.deepEqual((await client.expect("suback")).granted, [1, 0, 1]);
  client.publish("constructor", "hello", 1, 1);
  const seen = [await client.next(), await client.next()].map((packet) => packet?.cmd).toSorted();
  assert.deepEqual(seen, ["puback", "publish"]);
  client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["constructor", "__defineGetter__"] });
  assert.deepEqual((await client.expect("unsuback")).granted, [0, 0x11]);
});

test("retained messages: put back from the log, replaced, cleared", async (t) => {
  const kept = { qos: 1, propertiesJson: null, expiresAt: null };
  const retained = [
    { ...kept, topic: STATE, payload: Buffer.from('{"state":"ONLINE"}') },
    {
      ...kept,
      topic: "factory/tunis-01/line-a/s1_weighing/weigher-01/state",
      payload: Buffer.from('{"state":"IDLE"}'),
    },
  ];
  const { port, broker } = await startBroker(t, { retained });
  const client = await RawClient.connected(port, 5, "dashboard");
  client.subscribe(1, ["factory/+/+/s4_conching/+/state", 1]);
  await client.expect("suback");
  const first = await client.expect("publish");
  assert.deepEqual([first.payload?.toString(), first.retain, first.qos], ['{"state":"ONLINE"}', true, 1]);
  const machine = await RawClient.connected(port, 4, "conche-01");
  machine.publish(STATE, '{"state":"RUNNING"}', 1, 1, { retain: true });
  await machine.expect("puback");
  const live = await client.expect("publish");
  assert.deepEqual(
    [live.payload?.toString(), live.retain],
    ['{"state":"RUNNING"}', true],
    "retain as published",
  );
  const late = await RawClient.connected(port, 4, "late");
  late.subscribe(1, [STATE, 0]);
  await late.expect("suback");
  assert.equal((await late.expect("publish")).payload?.toString(), '{"state":"RUNNING"}');
  machine.publish(STATE, "", 1, 2, { retain: true });
  await machine.expect("puback");
  assert.equal(broker.stats().retainedMessages, 1);
});

test("what is not committed is not retained", async (t) => {
  const { port, sink, broker } = await startBroker(t);
  sink.automatic = false;
  const machine = await RawClient.connected(port, 4, "conche-01");
  machine.publish(STATE, "new", 1, 1, { retain: true });
  await sink.have(1);
  assert.equal(broker.stats().retainedMessages, 0);
  sink.settleAll();
  await machine.expect("puback");
  assert.equal(broker.stats().retainedMessages, 1);
});

test("a receipt of the data center reaches its machine, and one that comes later", async (t) => {
  const { port, broker } = await startBroker(t);
  const topic = "datacenter/tunis-01/line-a/s4_conching/conche-01/receipt";
  const machine = await RawClient.connected(port, 5, "conche-01");
  machine.subscribe(1, [topic, 1]);
  await machine.expect("suback");
  await broker.publish({ topic, payload: '{"through":1}', retain: true });
  const receipt = await machine.expect("publish");
  assert.deepEqual([receipt.qos, receipt.payload?.toString()], [1, '{"through":1}']);
  const later = await RawClient.connected(port, 4, "conche-02");
  later.subscribe(1, [topic, 1]);
  await later.expect("suback");
  const kept = await later.expect("publish");
  assert.deepEqual([kept.retain, kept.payload?.toString()], [true, '{"through":1}']);
});

test("what can't be a topic is not published for the data center either", async (t) => {
  const { broker } = await startBroker(t);
  const topic = "datacenter/".repeat(40);
  await assert.rejects(broker.publish({ topic, payload: "{}", retain: true }), { code: "CONCHE_INTERNAL" });
});

test("a message that expires carries what is left of its time", async (t) => {
  const { port } = await startBroker(t);
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish(STATE, "soon", 1, 1, { retain: true, properties: { messageExpiryInterval: 100 } });
  await machine.expect("puback");
  const late = await RawClient.connected(port, 5, "late");
  late.subscribe(1, [STATE, 1]);
  await late.expect("suback");
  const message = await late.expect("publish");
  assert.ok(Number(message.properties?.messageExpiryInterval) <= 100);
});
