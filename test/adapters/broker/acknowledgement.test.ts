import assert from "node:assert/strict";
import { test } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { FakeSink } from "./fake-sink.ts";
import { RawClient } from "./raw-client.ts";

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: PUBACK comes after the commit, not before`, async (t) => {
    const sink = new FakeSink(false);
    const { port } = await startBroker(t, { sink });
    const client = await RawClient.connected(port, version, "conche-01");
    client.publish(TOPIC, "one", 1, 7);
    const [accepted] = await sink.have(1);
    await client.ping();
    assert.deepEqual(
      client.packets.map(({ cmd }) => cmd),
      ["connack", "pingresp"],
      "the sink has not committed, and pings are answered meanwhile",
    );
    accepted?.settle();
    const ack = await client.expect("puback");
    assert.equal(ack.messageId, 7);
    assert.equal(ack.reasonCode ?? 0, 0);
  });

  test(`${name}: messages settled together are acknowledged in their order`, async (t) => {
    const sink = new FakeSink(false);
    const { port } = await startBroker(t, { sink });
    const client = await RawClient.connected(port, version, "conche-01");
    const ids = Array.from({ length: 300 }, (_, index) => index + 1);
    for (const id of ids) client.publish(TOPIC, `message ${id}`, 1, id);
    await sink.have(300);
    sink.settleAll();
    const acknowledged: (number | undefined)[] = [];
    for (const _ of ids) acknowledged.push((await client.expect("puback")).messageId);
    assert.deepEqual(acknowledged, ids);
    assert.deepEqual(
      sink.texts(),
      ids.map((id) => `message ${id}`),
    );
  });

  test(`${name}: what could not be committed is not acknowledged, and the connection is closed`, async (t) => {
    const sink = new FakeSink(false);
    const { port, broker } = await startBroker(t, { sink });
    const client = await RawClient.connected(port, version, "conche-01");
    client.publish(TOPIC, "one", 1, 1);
    await sink.have(1);
    sink.settleAll(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "stopping" }));
    await client.closed;
    const after = client.packets.slice(1).map(({ cmd, reasonCode }) => [cmd, reasonCode]);
    assert.deepEqual(after, version === 5 ? [["disconnect", 0x8b]] : []);
    assert.equal(broker.stats().inFlight, 0);
  });

  test(`${name}: packets sent right behind the CONNECT are taken`, async (t) => {
    const { port, sink } = await startBroker(t);
    const client = RawClient.open(port, version);
    client.connect("eager");
    for (let id = 1; id <= 200; id++) client.publish(TOPIC, `message ${id}`, 1, id);
    await client.expect("connack");
    for (let id = 1; id <= 200; id++) assert.equal((await client.expect("puback")).messageId, id);
    assert.equal(sink.accepted.length, 200);
  });
}

test("the message is handed over as it came", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "conche-01");
  const properties = {
    contentType: "application/json",
    messageExpiryInterval: 60,
    responseTopic: "answers/here",
    correlationData: Buffer.from([1, 2, 3]),
    userProperties: { boot: "b-12345678", seq: "4", tag: ["a", "b"] },
    payloadFormatIndicator: true,
  };
  const payload = Buffer.from([0, 255, 128, 10]);
  client.publish(STATE, payload, 1, 1, { retain: true, properties });
  client.publish(TOPIC, "plain", 0, 0);
  const [first, second] = await sink.have(2);
  assert.ok(first !== undefined);
  const { topic, qos, retain, retainVisible, mayBeReplay } = first.message;
  assert.deepEqual([topic, qos, retain, retainVisible, mayBeReplay], [STATE, 1, true, true, false]);
  assert.deepEqual(Buffer.from(first.message.payload), payload);
  const { userProperties, ...others } = first.message.properties ?? {};
  assert.deepEqual({ ...userProperties }, properties.userProperties);
  assert.deepEqual(others, {
    contentType: "application/json",
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    responseTopic: "answers/here",
    correlationData: Buffer.from([1, 2, 3]),
  });
  assert.equal(second?.message.qos, 0);
  assert.equal(second?.message.properties, undefined);
});

test("a topic alias stands for its topic on its connection", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = RawClient.open(port, 5);
  client.connect("alias");
  const { properties } = await client.expect("connack");
  assert.equal(properties?.topicAliasMaximum, 16);
  const subscriber = await RawClient.connected(port, 5, "subscriber");
  subscriber.subscribe(1, ["factory/#", 0]);
  await subscriber.expect("suback");
  client.publish(TOPIC, "one", 1, 1, { properties: { topicAlias: 16 } });
  client.publish("", "two", 1, 2, { properties: { topicAlias: 16 } });
  client.publish(STATE, "three", 1, 3, { properties: { topicAlias: 16 } });
  client.publish("", "four", 1, 4, { properties: { topicAlias: 16, contentType: "text/plain" } });
  const accepted = await sink.have(4);
  assert.deepEqual(
    accepted.map(({ message, text }) => [message.topic, text]),
    [
      [TOPIC, "one"],
      [TOPIC, "two"],
      [STATE, "three"],
      [STATE, "four"],
    ],
  );
  const forwarded = await subscriber.expect("publish");
  assert.equal(forwarded.properties?.topicAlias, undefined, "it counts on the publisher's connection only");
  const other = await RawClient.connected(port, 5, "other");
  other.publish("", "whose?", 1, 1, { properties: { topicAlias: 16 } });
  assert.equal((await other.expect("disconnect")).reasonCode, 0x82);
  client.publish(TOPIC, "out of range", 1, 5, { properties: { topicAlias: 17 } });
  for (let id = 1; id <= 4; id++) await client.expect("puback");
  assert.equal((await client.expect("disconnect")).reasonCode, 0x94);
});

test("nothing is read while the sink is saturated, and everything afterwards", async (t) => {
  const sink = new FakeSink(false);
  const { port } = await startBroker(t, { sink });
  const clients = await Promise.all([1, 2].map((index) => RawClient.connected(port, 4, `client-${index}`)));
  for (const client of clients) client.publish(TOPIC, "first", 1, 1);
  await sink.have(2);
  sink.saturated = true;
  clients[0]?.publish(TOPIC, "one too many", 1, 2);
  await sink.have(3);
  // From here on nothing of a client is read, pings neither, however long it takes.
  for (const client of clients) {
    client.publish(TOPIC, "second", 1, 3);
    client.send({ cmd: "pingreq" });
  }
  // A new client gets its CONNACK all the same: proof that the broker is at work.
  const late = await RawClient.connected(port, 5, "late");
  late.publish(TOPIC, "late", 1, 1);
  await RawClient.connected(port, 5, "later");
  assert.equal(sink.accepted.length, 3);
  sink.relieve();
  await sink.have(6);
  sink.settleAll();
  for (const [index, client] of clients.entries()) {
    const acks = Array.from({ length: index === 0 ? 3 : 2 }, () => "puback");
    const answers: (string | undefined)[] = [];
    for (let count = 0; count <= acks.length; count++) answers.push((await client.next())?.cmd);
    assert.deepEqual(answers.toSorted(), ["pingresp", ...acks]);
  }
  assert.equal((await late.expect("puback")).messageId, 1);
});

test("a client that floods is read no faster than its messages are committed", async (t) => {
  const sink = new FakeSink(false);
  const { port, broker } = await startBroker(t, {
    sink,
    limits: { receiveMaximum: 100, inFlightBytes: 500_000 },
  });
  const flooder = await RawClient.connected(port, 4, "flooder");
  const burst = Buffer.alloc(1_000, "x");
  for (let index = 0; index < 20_000; index++) flooder.publish(TOPIC, burst, 0, 0);
  await sink.have(101);
  const other = await RawClient.connected(port, 5, "other");
  await other.ping();
  // What one read of a socket brings beyond the window is taken: it is in memory already.
  assert.ok(broker.stats().inFlight < 1_000, `${broker.stats().inFlight} in flight`);
  sink.automatic = true;
  sink.settleAll();
  await sink.have(20_000);
});

test("a PUBACK of an earlier connection never reaches the one after it", async (t) => {
  const sink = new FakeSink(false);
  const { port } = await startBroker(t, { sink });
  const first = await RawClient.connected(port, 4, "conche-01", { clean: false });
  first.publish(TOPIC, "one", 1, 1);
  const [accepted] = await sink.have(1);
  first.cut();
  await first.closed;
  const second = await RawClient.connected(port, 4, "conche-01", { clean: false });
  accepted?.settle();
  await second.ping();
  assert.deepEqual(
    second.packets.map(({ cmd }) => cmd),
    ["connack", "pingresp"],
  );
});

const ASKS = { properties: { userProperties: { verdict: "please" } } };

test("who asks is told in the PUBACK what became of the message, in the order of the messages", async (t) => {
  const sink = new FakeSink(false);
  sink.verdict = "quarantined (json): Unexpected token";
  const { port } = await startBroker(t, { sink });
  const client = await RawClient.connected(port, 5, "conche-01");
  client.publish(TOPIC, "one", 1, 1);
  client.publish(TOPIC, "{", 1, 2, ASKS);
  client.publish(TOPIC, "three", 1, 3);
  await sink.have(3);
  sink.settleAll();
  const acks = [await client.expect("puback"), await client.expect("puback"), await client.expect("puback")];
  assert.deepEqual(
    acks.map((ack) => [ack.messageId, ack.reasonCode ?? 0, ack.properties?.reasonString]),
    [
      [1, 0, undefined],
      [2, 0, sink.verdict],
      [3, 0, undefined],
    ],
  );
});

test("a client that wants no problem information, or takes small packets only, is not told more than it takes", async (t) => {
  const sink = new FakeSink();
  sink.verdict = `quarantined (schema): ${"é".repeat(400)}`;
  const { port } = await startBroker(t, { sink });
  const reason = async (properties: object, id: string) => {
    const client = await RawClient.connected(port, 5, id, { properties });
    client.publish(TOPIC, "{", 1, 1, ASKS);
    return (await client.expect("puback")).properties?.reasonString;
  };
  assert.equal(await reason({ requestProblemInformation: false }, "silent-01"), undefined);
  const cut = await reason({ maximumPacketSize: 301 }, "small-01");
  assert.match(String(cut), /^quarantined \(schema\): é+$/);
  assert.ok(Buffer.byteLength(String(cut)) <= 290);
  assert.equal(await reason({}, "open-01"), sink.verdict);
});
