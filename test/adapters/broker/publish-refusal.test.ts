import assert from "node:assert/strict";
import { test } from "node:test";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const RESERVED = [
  "datacenter/tunis-01/line-a/s4_conching/conche-01/receipt",
  "datacenter",
  "$SYS/broker",
  "$share/g/x",
];
const OUTSIDE = ["other/topic", "factory/tunis-01", "datacenters/x", "a", "/"];

for (const topic of RESERVED) {
  test(`MQTT 5: publishing on ${topic} is refused with a reason, and the connection goes on`, async (t) => {
    const { port, sink, broker, reported } = await startBroker(t);
    const client = await RawClient.connected(port, 5, "forger");
    client.publish(topic, "{}", 1, 9);
    client.publish(topic, "{}", 0, 0);
    client.publish(TOPIC, "fine", 1, 10);
    const refused = await client.expect("puback");
    assert.deepEqual([refused.messageId, refused.reasonCode], [9, 0x87]);
    assert.equal(typeof refused.properties?.reasonString, "string");
    assert.equal((await client.expect("puback")).messageId, 10);
    assert.deepEqual(sink.texts(), ["fine"]);
    assert.equal(broker.stats().publishesRefused["not-authorized"], 2);
    assert.deepEqual((await reported("publish-refused")).topic, topic);
  });

  test(`MQTT 3.1.1: publishing on ${topic} ends the connection without an acknowledgement`, async (t) => {
    const { port, sink, broker } = await startBroker(t);
    const client = await RawClient.connected(port, 4, "forger");
    client.publish(topic, "{}", 1, 9);
    client.publish(TOPIC, "behind it", 1, 10);
    await client.closed;
    assert.deepEqual(
      client.packets.map(({ cmd }) => cmd),
      ["connack"],
    );
    assert.deepEqual(sink.texts(), []);
    assert.equal(broker.stats().publishesRefused["not-authorized"], 1);
  });
}

test("topics outside the namespace go to the sink, which knows what to do with them", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "other");
  for (const [index, topic] of OUTSIDE.entries()) client.publish(topic, topic, 1, index + 1);
  const accepted = await sink.have(OUTSIDE.length);
  assert.deepEqual(
    accepted.map(({ message }) => message.topic),
    OUTSIDE,
  );
});

test("a client that goes on sending still reads why it was closed", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "talker");
  client.publish("a/#", "x", 1, 1);
  for (let count = 0; count < 5_000; count++) client.publish(TOPIC, Buffer.alloc(1_000), 0, 0);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x90);
  await client.closed;
});

test("topics that are too long or too deep are refused, one message at a time", async (t) => {
  const { port, sink } = await startBroker(t, { limits: { topicBytes: 100, topicLevels: 10 } });
  const client = await RawClient.connected(port, 5, "deep");
  const deep = Array.from({ length: 11 }, () => "x").join("/");
  client.publish(deep, "deep", 1, 1);
  client.publish("é".repeat(51), "long", 1, 2);
  client.publish("é".repeat(50), "fits", 1, 3);
  assert.equal((await client.expect("puback")).reasonCode, 0x90);
  assert.equal((await client.expect("puback")).reasonCode, 0x90);
  assert.equal((await client.expect("puback")).reasonCode ?? 0, 0);
  assert.deepEqual(sink.texts(), ["fits"]);
});

/** What MQTT forbids, with the reason MQTT 5 clients are given. */
const VIOLATIONS: readonly [name: string, publish: (client: RawClient) => void, reason: number][] = [
  [
    "a wildcard in the topic",
    (client) => client.write(Buffer.from("3009000461 2f2b62 00 6869".replaceAll(" ", ""), "hex")),
    0x90,
  ],
  ["a NUL in the topic", (client) => client.publish("a\0b", "x", 1, 1), 0x90],
  [
    "no topic and no alias",
    (client) => client.publish("", "x", 1, 1, { properties: { contentType: "a" } }),
    0x82,
  ],
  [
    "packet identifier 0",
    (client) => client.write(Buffer.from("3208000161000000 6869".replaceAll(" ", ""), "hex")),
    0x82,
  ],
  ["DUP at QoS 0", (client) => client.write(Buffer.from("3804000161 00".replaceAll(" ", ""), "hex")), 0x81],
  [
    "a wildcard in the response topic",
    (client) => client.publish("a", "x", 1, 1, { properties: { responseTopic: "a/+" } }),
    0x82,
  ],
  [
    "a subscription identifier",
    (client) => client.publish("a", "x", 1, 1, { properties: { subscriptionIdentifier: 1 } }),
    0x82,
  ],
  [
    "a property of CONNECT",
    (client) => client.publish("a", "x", 1, 1, { properties: { receiveMaximum: 1 } }),
    0x82,
  ],
  [
    "a property given twice",
    (client) => client.write(Buffer.from("300c00016108 030001 61 030001 62".replaceAll(" ", ""), "hex")),
    0x82,
  ],
  [
    "properties longer than the packet",
    (client) => client.write(Buffer.from("3007000161 20 03 0001".replaceAll(" ", ""), "hex")),
    0x81,
  ],
];

for (const [name, publish, reason] of VIOLATIONS) {
  test(`MQTT 5: ${name} ends the connection with 0x${reason.toString(16)}`, async (t) => {
    const { port, sink } = await startBroker(t);
    const client = await RawClient.connected(port, 5, "violator");
    publish(client);
    assert.equal((await client.expect("disconnect")).reasonCode, reason);
    await client.closed;
    assert.equal(sink.accepted.length, 0);
  });
}

test("MQTT 5: properties that reach into the next packet don't make a message", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "violator");
  // The topic, and properties of two bytes: the two that follow would be the beginning of another packet.
  client.write(Buffer.from("300400016102" + "0101", "hex"));
  assert.equal((await client.expect("disconnect")).reasonCode, 0x81);
  assert.equal(sink.accepted.length, 0);
});

test("MQTT 5: more messages in flight than the receive maximum end the connection", async (t) => {
  const { port, sink } = await startBroker(t, { limits: { receiveMaximum: 3 } });
  sink.automatic = false;
  const client = RawClient.open(port, 5);
  client.connect("greedy");
  assert.equal((await client.expect("connack")).properties?.receiveMaximum, 3);
  for (let id = 1; id <= 3; id++) client.publish(TOPIC, `${id}`, 1, id);
  await sink.have(3);
  sink.settleAll();
  for (let id = 1; id <= 3; id++) await client.expect("puback");
  for (let id = 4; id <= 7; id++) client.publish(TOPIC, `${id}`, 1, id);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x93);
  assert.equal(sink.accepted.length, 6);
});

test("a client that wants no reason strings gets none", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "terse", {
    properties: { requestProblemInformation: false },
  });
  client.publish("datacenter/x", "{}", 1, 1);
  const refused = await client.expect("puback");
  assert.equal(refused.reasonCode, 0x87);
  assert.equal(refused.properties, undefined);
});
