import assert from "node:assert/strict";
import { test } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient, type ServerPacket } from "./raw-client.ts";

async function answerTo(
  port: number,
  version: 3 | 4 | 5,
  clientId: string,
  more: Partial<IConnectPacket> = {},
): Promise<ServerPacket | undefined> {
  const client = RawClient.open(port, version);
  client.connect(clientId, more);
  const answer = await client.next();
  if ((answer?.reasonCode ?? answer?.returnCode) !== 0) await client.closed;
  else client.cut();
  return answer;
}

const BAD_IDS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "a\u0007b",
  "\u0085",
  "x".repeat(129),
];

test("client identifiers that can't be used are refused", async (t) => {
  const { port, broker } = await startBroker(t);
  for (const clientId of BAD_IDS) {
    assert.equal((await answerTo(port, 5, clientId))?.reasonCode, 0x85, clientId);
    assert.equal((await answerTo(port, 4, clientId))?.returnCode, 2, clientId);
  }
  assert.equal(broker.stats().refused["client-id"], BAD_IDS.length * 2);
  assert.equal(broker.stats().clients, 0);
  for (const clientId of ["x".repeat(128), "mosqpub|12-host", "Gerät 7", "null", "clients"]) {
    assert.equal((await answerTo(port, 5, clientId))?.reasonCode, 0, clientId);
  }
});

test("an empty client identifier gets one where MQTT allows it", async (t) => {
  const { port } = await startBroker(t);
  const modern = await answerTo(port, 5, "");
  assert.equal(modern?.reasonCode, 0);
  assert.match(String(modern?.properties?.assignedClientIdentifier), /^.{8,}$/);
  assert.equal((await answerTo(port, 4, ""))?.returnCode, 0);
  // mqtt-packet refuses to write this one: an empty identifier with a session to keep.
  const client = RawClient.open(port, 4);
  client.write(Buffer.from("100c00044d5154540400000a0000", "hex"));
  assert.equal((await client.expect("connack")).returnCode, 2);
  await client.closed;
});

const WILL = { topic: STATE, payload: "{}", qos: 1, retain: true } as const;
const BAD_WILLS: readonly [name: string, will: object, reason: number][] = [
  ["a wildcard", { ...WILL, topic: "factory/+/x" }, 0x90],
  ["too many levels", { ...WILL, topic: "a/".repeat(40) }, 0x90],
  ["a topic of the data center", { ...WILL, topic: "datacenter/x/y" }, 0x87],
  ["a topic of the broker", { ...WILL, topic: "$SYS/x" }, 0x87],
  ["a wildcard in its response topic", { ...WILL, properties: { responseTopic: "#" } }, 0x90],
];

for (const [name, will, reason] of BAD_WILLS) {
  test(`a will with ${name} is refused at CONNECT`, async (t) => {
    const { port, sink, reported } = await startBroker(t);
    assert.equal(
      (await answerTo(port, 5, "machine", { will } as Partial<IConnectPacket>))?.reasonCode,
      reason,
    );
    if (!("properties" in will)) {
      assert.equal((await answerTo(port, 4, "machine", { will } as Partial<IConnectPacket>))?.returnCode, 5);
    }
    assert.equal((await reported("connection-refused")).reason, "will");
    assert.equal(sink.accepted.length, 0);
  });
}

test("MQTT 5 properties that can't be are refused", async (t) => {
  const { port } = await startBroker(t);
  assert.equal((await answerTo(port, 5, "a", { properties: { receiveMaximum: 0 } }))?.reasonCode, 0x82);
  assert.equal((await answerTo(port, 5, "a", { properties: { maximumPacketSize: 0 } }))?.reasonCode, 0x82);
  const enhanced = { authenticationMethod: "SCRAM-SHA-256" };
  assert.equal((await answerTo(port, 5, "a", { properties: enhanced }))?.reasonCode, 0x8c);
  // Session expiry interval given twice.
  const client = RawClient.open(port, 5);
  client.write(Buffer.from("101800044d5154540502000a0a11000000011100000002000161", "hex"));
  assert.equal((await client.expect("connack")).reasonCode, 0x82);
});

test("the limits of the broker stand in the CONNACK", async (t) => {
  const { port } = await startBroker(t, {
    limits: { packetBytes: 200_000, keepAliveSeconds: 30, sessionExpirySeconds: 100 },
  });
  const asked = { keepalive: 40, properties: { sessionExpiryInterval: 4_294_967_295 } };
  const { properties } = (await answerTo(port, 5, "a", asked)) ?? {};
  assert.deepEqual(
    { ...properties },
    {
      maximumPacketSize: 200_000,
      receiveMaximum: 1_000,
      serverKeepAlive: 30,
      sessionExpiryInterval: 100,
      topicAliasMaximum: 16,
    },
  );
  assert.equal((await answerTo(port, 5, "b", { keepalive: 20 }))?.properties?.serverKeepAlive, undefined);
  assert.equal((await answerTo(port, 5, "c", { keepalive: 0 }))?.properties?.serverKeepAlive, 30);
});

test("a second CONNECT ends the connection", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "twice");
  client.connect("twice");
  assert.equal((await client.expect("disconnect")).reasonCode, 0x82);
  await client.closed;
});

test("a connection that does not begin with CONNECT is closed", async (t) => {
  const { port, reported, sink } = await startBroker(t);
  const client = RawClient.open(port, 4);
  client.publish(TOPIC, "hello", 1, 1);
  await client.closed;
  assert.equal(client.packets.length, 0);
  assert.equal((await reported("connection-refused")).reason, "protocol");
  // What a web page can make a browser send to any port.
  const browser = RawClient.open(port, 4);
  browser.write(Buffer.from(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${"x".repeat(200)}`));
  await browser.closed;
  assert.equal(sink.accepted.length, 0);
});

test("a new connection takes its client identifier over from the one before", async (t) => {
  const { port, broker } = await startBroker(t);
  const first = await RawClient.connected(port, 5, "machine");
  const second = await RawClient.connected(port, 4, "machine");
  assert.equal((await first.expect("disconnect")).reasonCode, 0x8e);
  await first.closed;
  await second.ping();
  assert.equal(broker.stats().clients, 1);
});

test("many connections at once under one client identifier leave exactly one", async (t) => {
  const { port, broker } = await startBroker(t);
  const crowd = Array.from({ length: 40 }, () => RawClient.open(port, 5));
  for (const client of crowd) client.connect("machine");
  const answers = await Promise.all(crowd.map((client) => client.expect("connack")));
  assert.deepEqual(new Set(answers.map(({ reasonCode }) => reasonCode)), new Set([0]));
  const survivors = new Set(crowd);
  await Promise.race(
    crowd.map(async (client) => {
      await client.closed;
      survivors.delete(client);
      return survivors.size === 1 ? undefined : new Promise(() => {});
    }),
  );
  const [last] = survivors;
  await last?.ping();
  assert.equal(broker.stats().clients, 1);
  assert.equal(broker.stats().connections, 1);
});

test("MQTT 3.1 is spoken too", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = await RawClient.connected(port, 3, "old-machine");
  client.publish(TOPIC, "old", 1, 1);
  assert.equal((await client.expect("puback")).messageId, 1);
  assert.deepEqual(sink.texts(), ["old"]);
});
