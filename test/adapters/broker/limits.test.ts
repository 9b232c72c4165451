import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "mqtt-packet";
import { addPassword } from "../../../src/adapters/credentials/password-file.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: a packet that announces 256 MB is refused at once, before its bytes come`, async (t) => {
    const { port, sink } = await startBroker(t);
    const client = await RawClient.connected(port, version, "big");
    client.write(Buffer.from("32ffffff7f", "hex"));
    const answer = await client.next();
    assert.deepEqual(
      [answer?.cmd, answer?.reasonCode],
      version === 5 ? ["disconnect", 0x95] : [undefined, undefined],
    );
    await client.closed;
    assert.equal(sink.accepted.length, 0);
  });

  test(`${name}: the size limit is exact`, async (t) => {
    const { port, sink } = await startBroker(t, { limits: { packetBytes: 2_000 } });
    // Fixed header 3, topic length 2, packet identifier 2, and with MQTT 5 the length of its properties.
    const room = 2_000 - 3 - 2 - TOPIC.length - 2 - (version === 5 ? 1 : 0);
    const client = await RawClient.connected(port, version, "big");
    client.publish(TOPIC, Buffer.alloc(room), 1, 1);
    assert.equal((await client.expect("puback")).messageId, 1);
    client.publish(TOPIC, Buffer.alloc(room + 1), 1, 2);
    const answer = await client.next();
    assert.equal(answer?.reasonCode, version === 5 ? 0x95 : undefined);
    await client.closed;
    assert.equal(sink.accepted.length, 1);
  });

  test(`${name}: a large message within the limit arrives whole`, async (t) => {
    const { port, sink } = await startBroker(t);
    const client = await RawClient.connected(port, version, "big");
    const payload = Buffer.alloc(1_000_000);
    for (let at = 0; at < payload.length; at += 4) payload.writeUInt32BE(at, at);
    client.publish(TOPIC, payload, 1, 1);
    const [accepted] = await sink.have(1);
    assert.equal(Buffer.compare(payload, accepted?.message.payload ?? Buffer.alloc(0)), 0);
    await client.expect("puback");
  });
}

test("a client whose messages are mostly properties is read no further than its share of memory", async (t) => {
  const { port, sink, broker } = await startBroker(t, { limits: { inFlightBytes: 200_000 } });
  sink.automatic = false;
  const client = await RawClient.connected(port, 5, "properties");
  const properties = { userProperties: { why: "x".repeat(60_000) } };
  for (let id = 1; id <= 200; id++) client.publish(TOPIC, "{}", 1, id, { properties });
  await sink.have(4);
  // Another client's round trip: by then what had been read of the first is taken.
  const other = await RawClient.connected(port, 5, "other");
  await other.ping();
  assert.ok(sink.accepted.length < 20, `${sink.accepted.length} were taken before any was stored`);
  assert.ok(broker.stats().bytesIn < 3_000_000, `${broker.stats().bytesIn} bytes were read`);
  for (let count = 4; count <= 200; count += 4) {
    await sink.have(Math.min(count, 200));
    sink.settleAll();
  }
  for (let id = 1; id <= 200; id++) assert.equal((await client.expect("puback")).messageId, id);
});

test("the will counts with its properties", async (t) => {
  const { port, reported } = await startBroker(t);
  const client = RawClient.open(port, 5);
  const userProperties = { why: Array.from({ length: 2_000 }, () => "y") };
  client.connect("heavy", {
    will: { topic: STATE, payload: Buffer.from("{}"), qos: 1, retain: true, properties: { userProperties } },
  });
  assert.equal((await client.expect("connack")).reasonCode, 0x97);
  assert.equal((await reported("connection-refused")).reason, "will");
});

test("topics that are too long are not kept for their alias", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "aliases");
  client.publish("x".repeat(60_000), "{}", 1, 1, { properties: { topicAlias: 1 } });
  assert.equal((await client.expect("puback")).reasonCode, 0x90);
  client.publish("", "{}", 1, 2, { properties: { topicAlias: 1 } });
  assert.equal((await client.expect("disconnect")).reasonCode, 0x82);
});

test("a CONNECT that never ends is closed in time, and others are served meanwhile", async (t) => {
  const { port, reported, broker } = await startBroker(t, { limits: { connectTimeoutMs: 300 } });
  const slow = Array.from({ length: 50 }, () => RawClient.open(port, 5));
  for (const client of slow) client.write(Buffer.from("10ff", "hex"));
  const silent = RawClient.open(port, 5);
  const good = await RawClient.connected(port, 5, "good");
  await Promise.all([silent.closed, ...slow.map((client) => client.closed)]);
  await good.ping();
  assert.equal((await reported("connection-refused")).reason, "timeout");
  assert.equal(broker.stats().connections, 1);
});

test("what is sent while the password is being checked stays in the socket", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-limits-"));
  afterwards(t, () => rm(folder, { recursive: true, force: true }));
  const passwordFile = join(folder, "passwords");
  await addPassword(passwordFile, "machine", "secret");
  const { port, broker, sink, reported } = await startBroker(t, { passwordFile });
  const client = RawClient.open(port, 4);
  client.connect("hasty", { username: "machine", password: Buffer.from("secret") });
  for (let count = 0; count < 10_000; count++) client.publish(TOPIC, Buffer.alloc(1_000), 0, 0);
  await reported("connected");
  assert.ok(broker.stats().bytesIn < 2_000_000, `${broker.stats().bytesIn} of 10 MB were read`);
  await sink.have(10_000);
});

test("a CONNECT may be no longer than its fields can be", async (t) => {
  const { port } = await startBroker(t);
  const client = RawClient.open(port, 5);
  client.write(Buffer.from("10ffff3f", "hex"));
  await client.closed;
});

test("silent connections make room for one that speaks, those from the most crowded address first", async (t) => {
  const { port, broker } = await startBroker(t, { limits: { connections: 20 } });
  const machine = await RawClient.connected(port, 5, "machine");
  const silent = Array.from({ length: 60 }, () => RawClient.open(port, 5));
  // Self-renewing: whoever is closed comes again at once, for as long as the test takes.
  let over = false;
  const renew = (client: RawClient): void => {
    void client.closed.then(() => {
      if (!over) setTimeout(() => renew(RawClient.open(port, 5)), 1);
    });
  };
  afterwards(t, () => {
    over = true;
  });
  for (const client of silent) renew(client);
  await Promise.race(silent.map(({ closed }) => closed));
  for (const name of ["late-1", "late-2", "late-3"]) {
    const late = await RawClient.connected(port, 5, name);
    await late.ping();
  }
  await machine.ping();
  assert.equal(broker.stats().clients, 4);
  over = true;
});

test("one connection more than allowed is closed; room is there again when one goes", async (t) => {
  const { port, broker } = await startBroker(t, { limits: { connections: 3 } });
  const clients = await Promise.all(
    [1, 2, 3].map((index) => RawClient.connected(port, 5, `client-${index}`)),
  );
  const extra = RawClient.open(port, 5);
  extra.connect("extra");
  await extra.closed;
  assert.equal(extra.packets.length, 0);
  assert.equal(broker.stats().refused.connections, 1);
  clients[0]?.send({ cmd: "disconnect", reasonCode: 0 });
  await clients[0]?.closed;
  let again: RawClient | undefined;
  while (again === undefined) again = await RawClient.connected(port, 5, "again").catch(() => undefined);
  await again.ping();
});

test("a client that has gone silent is noticed, and one that talks isn't", async (t) => {
  const { port, sink, reported } = await startBroker(t);
  const will = { topic: STATE, payload: "gone", qos: 1, retain: true } as const;
  const silent = await RawClient.connected(port, 5, "silent", { keepalive: 1, will });
  const talking = await RawClient.connected(port, 4, "talking", { keepalive: 1 });
  const talk = setInterval(() => talking.send({ cmd: "pingreq" }), 300);
  afterwards(t, () => clearInterval(talk));
  assert.equal((await silent.expect("disconnect")).reasonCode, 0x8d);
  await sink.have(1);
  assert.deepEqual(sink.texts(), ["gone"]);
  assert.equal((await reported("disconnected")).reason, "keep alive timeout");
  await talking.expect("pingresp");
});

test("silence does not count against a client while the broker does not listen", async (t) => {
  const { port, sink } = await startBroker(t, { limits: { connectTimeoutMs: 100 } });
  sink.automatic = false;
  const client = await RawClient.connected(port, 4, "held", { keepalive: 1 });
  const witness = await RawClient.connected(port, 5, "witness", { keepalive: 1 });
  sink.saturated = true;
  client.publish(TOPIC, "one", 1, 1);
  await sink.have(1);
  // Another broker tells when a keep alive is over: a client as silent as this one is closed there.
  const elsewhere = await startBroker(t);
  const measure = await RawClient.connected(elsewhere.port, 4, "measure", { keepalive: 1 });
  await measure.closed;
  sink.relieve();
  sink.settleAll();
  await client.expect("puback");
  // When this one is closed, the broker has looked for silent clients.
  await RawClient.open(port, 4).closed;
  await client.ping();
  await witness.ping();
});

test("a subscriber that doesn't read loses live QoS 0 messages, and publishers go on", async (t) => {
  const { port, sink, broker } = await startBroker(t, { limits: { backlogBytes: 100_000 } });
  const dead = await RawClient.connected(port, 5, "dead");
  dead.subscribe(1, ["factory/#", 0]);
  await dead.expect("suback");
  dead.stream.pause();
  const publisher = await RawClient.connected(port, 5, "publisher");
  const payload = Buffer.alloc(10_000);
  for (let id = 1; id <= 2_000; id++) publisher.publish(TOPIC, payload, 0, 0);
  await sink.have(2_000);
  publisher.publish(TOPIC, "last", 1, 1);
  await publisher.expect("puback");
  assert.ok(broker.stats().deliveriesDropped > 0);
  dead.stream.resume();
  await dead.ping();
});

test("a subscriber that is owed every message and doesn't read is closed", async (t) => {
  const { port, sink, reported } = await startBroker(t, { limits: { backlogBytes: 100_000 } });
  const dead = await RawClient.connected(port, 5, "dead");
  dead.subscribe(1, ["factory/#", 1]);
  await dead.expect("suback");
  dead.stream.pause();
  const publisher = await RawClient.connected(port, 4, "publisher");
  const payload = Buffer.alloc(10_000);
  for (let id = 1; id <= 1_500; id++) publisher.publish(TOPIC, payload, 1, id);
  await sink.have(1_500);
  assert.equal((await reported("disconnected")).reason, "too much waits to be read");
});

test("a client that never reads its acknowledgements is read no further, and closed in the end", async (t) => {
  const { port, sink, reported } = await startBroker(t, { limits: { drainTimeoutMs: 300 } });
  const socket = connect({ port, host: "127.0.0.1" });
  const client = new RawClient(socket, 5);
  client.connect("deaf");
  await client.expect("connack");
  socket.pause();
  // Each of them is refused with a reason in words.
  const refused = {
    cmd: "publish",
    topic: "datacenter",
    payload: "",
    qos: 1,
    messageId: 1,
    retain: false,
    dup: false,
  } as const;
  const packet = generate(refused, { protocolVersion: 5 });
  const burst = Buffer.alloc(packet.length * 5_000, packet);
  const flood = setInterval(() => socket.writableNeedDrain || socket.write(burst), 1);
  afterwards(t, () => clearInterval(flood));
  assert.equal((await reported("disconnected")).reason, "it does not read what it is sent");
  assert.equal(sink.accepted.length, 0);
});

test("a client that doesn't read does not keep its identifier", async (t) => {
  const { port, sink, broker, reported } = await startBroker(t);
  const dead = await RawClient.connected(port, 5, "dashboard");
  dead.subscribe(1, ["factory/#", 0]);
  await dead.expect("suback");
  dead.stream.pause();
  const publisher = await RawClient.connected(port, 4, "publisher");
  for (let count = 0; count < 1_500; count++) publisher.publish(TOPIC, Buffer.alloc(10_000), 0, 0);
  await sink.have(1_500);
  const alive = await RawClient.connected(port, 5, "dashboard");
  const { clientId, reason } = await reported("disconnected");
  assert.deepEqual([clientId, reason], ["dashboard", "a new connection uses the client identifier"]);
  await alive.ping();
  assert.equal(broker.stats().clients, 2);
});

test("a message longer than the subscriber takes is left out", async (t) => {
  const { port, broker, reported } = await startBroker(t);
  const small = await RawClient.connected(port, 5, "small", { properties: { maximumPacketSize: 300 } });
  small.subscribe(1, ["factory/#", 1]);
  await small.expect("suback");
  const publisher = await RawClient.connected(port, 5, "publisher");
  publisher.publish(TOPIC, Buffer.alloc(300), 1, 1);
  publisher.publish(TOPIC, "x", 1, 2, { properties: { userProperties: { long: "y".repeat(300) } } });
  publisher.publish(TOPIC, "fits", 1, 3);
  assert.equal((await small.expect("publish")).payload?.toString(), "fits");
  assert.equal((await reported("delivery-dropped")).reason, "too-large");
  assert.equal(broker.stats().deliveriesDropped, 2);
});
