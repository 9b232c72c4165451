import assert from "node:assert/strict";
import { test } from "node:test";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { FakeSink } from "./fake-sink.ts";
import { RawClient } from "./raw-client.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

/** A subscriber to the filter, and a client that publishes. */
async function pair(port: number, filter: string, qos: 0 | 1 | 2 = 2): Promise<[RawClient, RawClient]> {
  const reader = await RawClient.connected(port, 5, "reader");
  reader.subscribe(1, [filter, qos]);
  await reader.expect("suback");
  return [reader, await RawClient.connected(port, 5, "machine")];
}

test("[MQTT-3.3.4-1] [MQTT-2.2.1-5] [MQTT-3.4.2-1] [MQTT-3.7.2-1] a PUBLISH is answered as its QoS wants, under its identifier", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "machine");
  client.publish(TOPIC, "0", 0, 0);
  client.publish(TOPIC, "1", 1, 500);
  const puback = await client.expect("puback");
  assert.deepEqual([puback.messageId, puback.reasonCode ?? 0], [500, 0]);
  client.publish(TOPIC, "2", 2, 600);
  assert.equal((await client.expect("pubrec")).messageId, 600);
  client.send({ cmd: "pubrel", messageId: 600, reasonCode: 0 });
  const pubcomp = await client.expect("pubcomp");
  assert.deepEqual([pubcomp.messageId, pubcomp.reasonCode ?? 0], [600, 0]);
});

test("[MQTT-4.3.2-4] [MQTT-4.3.2-5] PUBACK by who has taken the message over; then its identifier is free", async (t) => {
  const sink = new FakeSink(false);
  const { port } = await startBroker(t, { sink });
  const client = await RawClient.connected(port, 5, "machine");
  client.publish(TOPIC, "one", 1, 7);
  await sink.have(1);
  await client.ping();
  sink.settleAll();
  await client.expect("puback");
  client.publish(TOPIC, "two", 1, 7, { dup: true });
  await sink.have(2);
  assert.deepEqual(sink.texts(), ["one", "two"]);
});

test("[MQTT-2.2.1-2] [MQTT-2.2.1-4] [MQTT-4.3.1-1] [MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-3.3.1-2] [MQTT-3.3.1-3] DUP and identifiers are the broker's own", async (t) => {
  const { port } = await startBroker(t);
  const [reader, machine] = await pair(port, "factory/#", 1);
  machine.publish(TOPIC, "0", 0, 0);
  const zero = await reader.expect("publish");
  assert.deepEqual([zero.messageId, zero.dup], [undefined, false]);
  const ids = new Set<unknown>();
  for (const id of [900, 901, 902]) {
    machine.publish(TOPIC, "1", 1, id, { dup: true });
    const one = await reader.expect("publish");
    assert.equal(one.dup, false);
    ids.add(one.messageId);
  }
  assert.equal(ids.size, 3, "none is acknowledged yet");
  assert.ok(!ids.has(0));
});

test("[MQTT-1.5.7-1] [MQTT-3.3.2-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19] [MQTT-1.5.4-2] texts are well-formed", async (t) => {
  const { port, sink } = await startBroker(t);
  const cases = {
    topic: "3005 0001 ff 00 78",
    "name of a user property": "300c 0001 61 07 26 0001 ff 0001 62 78",
    "value of a user property": "300c 0001 61 07 26 0001 62 0001 ff 78",
    "response topic": "3009 0001 61 04 08 0001 ff 78",
    "content type": "3009 0001 61 04 03 0001 ff 78",
    "NUL in a content type": "3009 0001 61 04 03 0001 00 78",
  };
  for (const [name, bytes] of Object.entries(cases)) {
    const client = await RawClient.connected(port, 5, "odd");
    client.write(hex(bytes));
    assert.equal((await client.expect("disconnect")).reasonCode, 0x81, name);
  }
  assert.equal(sink.accepted.length, 0);
});

test("[MQTT-1.5.4-3] [MQTT-4.7.3-4] U+FEFF is text, and topics are compared as they are", async (t) => {
  const { port } = await startBroker(t);
  const [reader, machine] = await pair(port, "\ufeffa/\u00e9", 0);
  for (const topic of ["a/\u00e9", "\ufeffa/e\u0301", "\ufeffA/\u00e9", "\ufeffa/\u00e9"])
    machine.publish(topic, "x", 0, 0);
  assert.equal((await reader.expect("publish")).topic, "\ufeffa/\u00e9");
});

test("[MQTT-4.7.0-1] [MQTT-3.3.2-2] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-3.3.2-14] what can't be a topic name ends the connection", async (t) => {
  const { port, sink } = await startBroker(t);
  const wrong: [string, object, number][] = [
    ["a/+", {}, 0x90],
    ["#", {}, 0x90],
    ["", {}, 0x82],
    ["a\0", {}, 0x90],
    ["a", { properties: { responseTopic: "b/#" } }, 0x82],
  ];
  for (const [topic, more, reason] of wrong) {
    const client = await RawClient.connected(port, 5, "odd");
    client.publish(topic, "x", 1, 1, more);
    assert.equal((await client.expect("disconnect")).reasonCode, reason, topic);
  }
  assert.equal(sink.accepted.length, 0);
});

test("[MQTT-4.7.3-3] a topic of the longest there is comes and goes", async (t) => {
  const { port } = await startBroker(t, { limits: { topicBytes: 65_535 } });
  const topic = "x".repeat(65_535);
  const [reader, machine] = await pair(port, topic, 0);
  machine.publish(topic, "long", 0, 0);
  assert.equal((await reader.expect("publish")).topic?.length, 65_535);
});

test("[MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-20] properties are passed on as they came", async (t) => {
  const { port } = await startBroker(t);
  const [reader, machine] = await pair(port, TOPIC, 1);
  const properties = {
    payloadFormatIndicator: true,
    responseTopic: "answers/here",
    correlationData: Buffer.from([0, 1, 255]),
    userProperties: { b: ["1", "2"], a: "3" },
    contentType: "text/plain",
  };
  machine.publish(TOPIC, "x", 1, 1, { properties });
  const { userProperties, ...others } = (await reader.expect("publish")).properties ?? {};
  const { userProperties: given, ...wanted } = properties;
  assert.deepEqual(others, wanted);
  assert.deepEqual({ ...(userProperties as object) }, given);
});

test("[MQTT-3.3.2-5] [MQTT-3.3.2-6] what has waited too long isn't delivered, the rest has less time left", async (t) => {
  let now = 1_000;
  t.mock.method(performance, "now", () => now);
  const { port } = await startBroker(t, { limits: { sweepMs: 100_000 } });
  const kept = { clean: false, properties: { sessionExpiryInterval: 1_000 } } as const;
  const away = await RawClient.connected(port, 5, "reader", kept);
  away.subscribe(1, ["factory/#", 1]);
  await away.expect("suback");
  away.cut();
  await away.closed;
  const machine = await RawClient.connected(port, 5, "machine");
  for (const [id, seconds] of [
    [1, 10],
    [2, 100],
  ] as const) {
    machine.publish(TOPIC, `${seconds}`, 1, id, { properties: { messageExpiryInterval: seconds } });
    await machine.expect("puback");
  }
  now += 30_000;
  const back = await RawClient.connected(port, 5, "reader", kept);
  const { payload, properties } = await back.expect("publish");
  assert.deepEqual([payload?.toString(), properties?.messageExpiryInterval], ["100", 70]);
});

test("[MQTT-4.3.3-7] [MQTT-4.3.3-13] what was sent is sent again, though its time is over", async (t) => {
  let now = 1_000;
  t.mock.method(performance, "now", () => now);
  const { port } = await startBroker(t, { limits: { sweepMs: 100_000 } });
  const kept = { clean: false, properties: { sessionExpiryInterval: 1_000 } } as const;
  const first = await RawClient.connected(port, 5, "reader", kept);
  first.subscribe(1, ["factory/#", 2]);
  await first.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish(TOPIC, "x", 2, 1, { properties: { messageExpiryInterval: 10 } });
  const { messageId } = await first.expect("publish");
  await machine.expect("pubrec");
  now += 30_000;
  machine.send({ cmd: "pubrel", messageId: 1, reasonCode: 0 });
  await machine.expect("pubcomp");
  first.cut();
  await first.closed;
  const again = await RawClient.connected(port, 5, "reader", kept);
  const { messageId: same, dup } = await again.expect("publish");
  assert.deepEqual([same, dup], [messageId, true]);
});

test("[MQTT-3.3.2-7] [MQTT-3.3.2-8] [MQTT-3.3.2-9] [MQTT-3.3.2-12] aliases from 1 to the maximum, for one connection", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "alias");
  for (let topicAlias = 1; topicAlias <= 16; topicAlias++) {
    client.publish(`a/${topicAlias}`, "x", 0, 0, { properties: { topicAlias } });
    client.publish("", "y", 0, 0, { properties: { topicAlias } });
  }
  const accepted = await sink.have(32);
  assert.equal(accepted[31]?.message.topic, "a/16");
  for (const topicAlias of [0, 17]) {
    const wrong = await RawClient.connected(port, 5, "wrong");
    wrong.publish("a", "x", 0, 0, { properties: { topicAlias } });
    assert.equal((await wrong.expect("disconnect")).reasonCode, 0x94);
  }
  const again = await RawClient.connected(port, 5, "alias");
  again.publish("", "x", 0, 0, { properties: { topicAlias: 1 } });
  assert.equal((await again.expect("disconnect")).reasonCode, 0x82);
});

test("[MQTT-3.1.2-26] [MQTT-3.1.2-27] [MQTT-3.3.2-11] aliases for a client that takes them, and no more than it takes", async (t) => {
  const { port } = await startBroker(t);
  const reader = await RawClient.connected(port, 5, "reader", { properties: { topicAliasMaximum: 1 } });
  const plain = await RawClient.connected(port, 5, "plain");
  for (const client of [reader, plain]) {
    client.subscribe(1, ["factory/#", 0]);
    await client.expect("suback");
  }
  const machine = await RawClient.connected(port, 5, "machine");
  for (const topic of [TOPIC, STATE, TOPIC, STATE]) machine.publish(topic, "x", 0, 0);
  const got: unknown[] = [];
  for (let count = 0; count < 4; count++) {
    const { topic, properties } = await reader.expect("publish");
    got.push([topic, properties?.topicAlias]);
    assert.equal((await plain.expect("publish")).properties?.topicAlias, undefined);
  }
  assert.deepEqual(got, [
    [TOPIC, 1],
    [STATE, undefined],
    ["", 1],
    [STATE, undefined],
  ]);
});

test("[MQTT-3.3.4-6] a subscription identifier of a client ends the connection", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "odd");
  client.publish("a", "x", 1, 1, { properties: { subscriptionIdentifier: 1 } });
  assert.equal((await client.expect("disconnect")).reasonCode, 0x82);
});

test("[MQTT-3.3.4-7] more on the way than the server's Receive Maximum ends the connection", async (t) => {
  const { port, sink } = await startBroker(t, { limits: { receiveMaximum: 2 } });
  sink.automatic = false;
  const client = await RawClient.connected(port, 5, "greedy");
  client.publish(TOPIC, "1", 1, 1);
  client.publish(TOPIC, "2", 2, 2);
  await sink.have(2);
  client.publish(TOPIC, "3", 1, 3);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x93);
});

test("[MQTT-3.3.4-9] [MQTT-3.3.4-10] [MQTT-4.9.0-1] [MQTT-4.9.0-2] [MQTT-4.9.0-3] no more on the way than the client's Receive Maximum; the rest goes on", async (t) => {
  const { port } = await startBroker(t);
  const reader = await RawClient.connected(port, 5, "reader", { properties: { receiveMaximum: 2 } });
  reader.subscribe(1, ["factory/#", 2]);
  await reader.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  for (const [id, qos] of [
    [1, 1],
    [2, 2],
    [3, 1],
  ] as const) {
    machine.publish(TOPIC, `${id}`, qos, id);
    await machine.expect(qos === 1 ? "puback" : "pubrec");
  }
  machine.publish(TOPIC, "0", 0, 0);
  const [first, second] = [await reader.expect("publish"), await reader.expect("publish")];
  assert.equal((await reader.expect("publish")).payload?.toString(), "0", "QoS 0 has no window");
  reader.subscribe(2, ["other", 0]);
  await reader.expect("suback");
  reader.send({ cmd: "pubrec", messageId: second.messageId ?? 0, reasonCode: 0 });
  await reader.expect("pubrel");
  await reader.ping();
  reader.send({ cmd: "puback", messageId: first.messageId ?? 0, reasonCode: 0 });
  assert.equal((await reader.expect("publish")).payload?.toString(), "3");
});

test("[MQTT-3.1.2-24] [MQTT-3.1.2-25] what is too long for a client counts as sent", async (t) => {
  const { port, broker } = await startBroker(t);
  const reader = await RawClient.connected(port, 5, "reader", { properties: { maximumPacketSize: 100 } });
  reader.subscribe(1, ["a", 2]);
  await reader.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish("a", Buffer.alloc(93), 1, 1);
  machine.publish("a", Buffer.alloc(92), 1, 2);
  assert.equal((await reader.expect("publish")).payload?.length, 92);
  assert.equal(broker.stats().queuedMessages, 1, "only the one that was sent");
});

test("[MQTT-4.6.0-5] [MQTT-4.6.0-6] messages of a client keep their order, on every topic", async (t) => {
  const { port } = await startBroker(t);
  const [reader, machine] = await pair(port, "factory/#", 1);
  for (let id = 1; id <= 200; id++) machine.publish(id % 2 === 0 ? TOPIC : STATE, `${id}`, 1, id);
  for (let id = 1; id <= 200; id++) {
    const { payload, messageId = 0 } = await reader.expect("publish");
    assert.equal(payload?.toString(), `${id}`);
    reader.send({ cmd: "puback", messageId, reasonCode: 0 });
  }
});

test("[MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-2.2.1-3] flags and identifiers of a client's packets", async (t) => {
  const { port } = await startBroker(t);
  for (const [bytes, reason] of [
    ["6002 0001", 0x81],
    ["8006 0001 00 0001 61 00", 0x81],
    ["a005 0001 00 0001 61", 0x81],
    ["e100", 0x81],
    ["8207 0000 00 0001 61 00", 0x82],
    ["a206 0000 00 0001 61", 0x82],
    ["3206 0001 61 0000 00", 0x82],
  ] as const) {
    const client = await RawClient.connected(port, 5, "odd");
    client.write(hex(bytes));
    assert.equal((await client.expect("disconnect")).reasonCode, reason, bytes);
  }
});
