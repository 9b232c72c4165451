import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "mqtt-packet";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const KEPT = { clean: false, properties: { sessionExpiryInterval: 100 } } as const;
const WILL = { topic: STATE, payload: Buffer.from("gone"), qos: 1, retain: false } as const;

/** What comes back for these bytes, up to the end of the connection. */
async function answers(port: number, bytes: Buffer): Promise<(readonly unknown[])[]> {
  const client = RawClient.open(port, 5);
  client.write(bytes);
  await client.closed;
  return client.packets.map(({ cmd, reasonCode, sessionPresent }) => [cmd, reasonCode, sessionPresent]);
}

test("[MQTT-3.1.0-1] [MQTT-3.14.0-1] what comes before CONNECT ends the connection, without a word", async (t) => {
  const { port } = await startBroker(t);
  for (const first of ["c000", "e000", "300400016100", "820600010000016100"]) {
    assert.deepEqual(await answers(port, hex(first)), []);
  }
});

test("[MQTT-3.1.0-2] [MQTT-3.2.0-2] [MQTT-4.13.1-1] a second CONNECT ends the connection, without a second CONNACK", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "twice");
  client.connect("twice");
  await client.closed;
  assert.deepEqual(
    client.packets.map(({ cmd, reasonCode }) => [cmd, reasonCode]),
    [
      ["connack", 0],
      ["disconnect", 0x82],
    ],
  );
});

test("[MQTT-3.1.2-2] [MQTT-3.2.2-7] [MQTT-3.2.2-8] an unknown version is told so and closed", async (t) => {
  const { port } = await startBroker(t);
  const six = hex("100e 0004 4d515454 06 02 0000 00 0001 61");
  assert.deepEqual(await answers(port, six), [["connack", 0x84, false]]);
  const old = RawClient.open(port, 4);
  old.write(hex("100d 0004 4d515454 02 02 0000 0001 61"));
  assert.equal((await old.expect("connack")).returnCode, 1);
  await old.closed;
});

test("[MQTT-3.1.4-1] [MQTT-3.2.2-6] [MQTT-4.13.2-1] a CONNECT of another form is refused and closed", async (t) => {
  const { port } = await startBroker(t);
  const reserved = hex("100e 0004 4d515454 05 03 0000 00 0001 61");
  assert.deepEqual(await answers(port, reserved), [["connack", 0x81, false]]);
});

test("[MQTT-3.1.2-9] [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-1] [MQTT-3.1.3-3] fields that the flags say are there, and no others", async (t) => {
  const { port } = await startBroker(t);
  const cases = {
    "a will without its fields": "100e 0004 4d515454 05 06 0000 00 0001 61",
    "a user name without one": "100e 0004 4d515454 05 82 0000 00 0001 61",
    "a password without one": "100e 0004 4d515454 05 42 0000 00 0001 61",
    "a user name without the flag": "1011 0004 4d515454 05 02 0000 00 0001 61 0001 62",
    "no client identifier": "100b 0004 4d515454 05 02 0000 00",
  };
  for (const [name, bytes] of Object.entries(cases)) {
    assert.deepEqual(await answers(port, hex(bytes)), [["connack", 0x81, false]], name);
  }
});

test("[MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12] identifiers, user names and topics of wills are text", async (t) => {
  const { port } = await startBroker(t);
  const cases = {
    "client identifier": "100e 0004 4d515454 05 02 0000 00 0001 ff",
    "user name": "1011 0004 4d515454 05 82 0000 00 0001 61 0001 ff",
    "topic of the will": "1015 0004 4d515454 05 06 0000 00 0001 61 00 0001 ff 0001 62",
  };
  for (const [name, bytes] of Object.entries(cases)) {
    assert.deepEqual(await answers(port, hex(bytes)), [["connack", 0x81, false]], name);
  }
});

test("[MQTT-3.1.3-2] [MQTT-3.1.3-5] identifiers of letters and digits, 1 to 23 of them, name their sessions", async (t) => {
  const { port, broker } = await startBroker(t);
  for (const id of ["0", "ABCDEFGHIJKLMNOPQRSTUVW", "abcdefghijklmnopqrstuvw", "01234567890123456789XYZ"]) {
    const client = await RawClient.connected(port, 5, id, KEPT);
    client.cut();
    await client.closed;
    const again = RawClient.open(port, 5);
    again.connect(id, KEPT);
    assert.equal((await again.expect("connack")).sessionPresent, true);
  }
  assert.equal(broker.stats().clients, 4);
});

test("[MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.2.2-16] an empty identifier is replaced by one that nobody else has", async (t) => {
  const { port } = await startBroker(t);
  const assigned = new Set<unknown>();
  for (let count = 0; count < 5; count++) {
    const client = RawClient.open(port, 5);
    client.connect("");
    assigned.add((await client.expect("connack")).properties?.assignedClientIdentifier);
  }
  assert.equal(assigned.size, 5);
  const [id] = assigned;
  const taken = await RawClient.connected(port, 5, String(id));
  await taken.ping();
});

test("[MQTT-3.1.3-8] [MQTT-3.1.4-2] [MQTT-3.1.4-6] nothing of a client that isn't let in is acted on", async (t) => {
  const { port, sink } = await startBroker(t);
  const connect = generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 5,
    clean: true,
    keepalive: 0,
    clientId: "x".repeat(200),
  });
  const publish = {
    cmd: "publish",
    topic: TOPIC,
    payload: "x",
    qos: 1,
    messageId: 1,
    retain: false,
    dup: false,
  } as const;
  const both = Buffer.concat([connect, generate(publish, { protocolVersion: 5 })]);
  assert.deepEqual(await answers(port, both), [["connack", 0x85, false]]);
  assert.equal(sink.accepted.length, 0);
});

test("[MQTT-3.1.4-3] [MQTT-3.14.4-1] [MQTT-3.14.4-2] [MQTT-3.14.2-1] [MQTT-3.14.2-2] who comes again ends the older connection, with DISCONNECT last", async (t) => {
  const { port } = await startBroker(t);
  const older = await RawClient.connected(port, 5, "machine", KEPT);
  const newer = await RawClient.connected(port, 5, "machine", KEPT);
  await older.closed;
  const last = older.packets.at(-1);
  assert.deepEqual(
    [last?.cmd, last?.reasonCode, last?.properties?.sessionExpiryInterval],
    ["disconnect", 0x8e, undefined],
  );
  await newer.ping();
});

test("[MQTT-3.1.2-4] [MQTT-3.1.2-5] [MQTT-3.1.2-6] [MQTT-3.1.4-4] [MQTT-3.1.4-5] [MQTT-3.2.2-2] [MQTT-3.2.2-3] sessions begin, are resumed, and begin anew", async (t) => {
  const { port } = await startBroker(t);
  const present: unknown[] = [];
  for (const clean of [false, false, true, false]) {
    const client = RawClient.open(port, 5);
    client.connect("machine", { ...KEPT, clean });
    const { sessionPresent, reasonCode } = await client.expect("connack");
    assert.equal(reasonCode, 0);
    present.push(sessionPresent);
    client.cut();
    await client.closed;
  }
  assert.deepEqual(present, [false, true, false, true]);
});

test("[MQTT-3.2.0-1] [MQTT-3.2.2-1] CONNACK comes first, its reserved flags are 0", async (t) => {
  const { port } = await startBroker(t);
  const away = await RawClient.connected(port, 5, "reader", KEPT);
  away.subscribe(1, [TOPIC, 1]);
  await away.expect("suback");
  away.cut();
  await away.closed;
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish(TOPIC, "waiting", 1, 1);
  await machine.expect("puback");
  const back = RawClient.open(port, 5);
  let head: Buffer | undefined;
  back.stream.on("data", (chunk: Buffer) => {
    head ??= chunk;
  });
  back.connect("reader", KEPT);
  await back.expect("connack");
  assert.equal((await back.expect("publish")).payload?.toString(), "waiting");
  assert.deepEqual([head?.[0], head?.[2]], [0x20, 1]);
});

test("[MQTT-3.1.2-7] [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.1.2-14] a will is published once the connection is lost, once", async (t) => {
  const { port, sink, broker } = await startBroker(t);
  const machine = await RawClient.connected(port, 5, "machine", { ...KEPT, will: WILL });
  machine.cut();
  await sink.have(1);
  assert.equal(sink.accepted[0]?.message.retain, false);
  const again = await RawClient.connected(port, 5, "machine", KEPT);
  again.cut();
  await again.closed;
  const other = await RawClient.connected(port, 5, "other");
  await other.ping();
  assert.deepEqual([sink.texts(), broker.stats().retainedMessages], [["gone"], 0]);
});

test("[MQTT-3.1.2-15] [MQTT-3.14.4-3] a will is retained where it says so; none comes after a normal DISCONNECT", async (t) => {
  const { port, sink, broker } = await startBroker(t);
  const polite = await RawClient.connected(port, 5, "polite", { will: WILL });
  polite.send({ cmd: "disconnect", reasonCode: 0 });
  await polite.closed;
  const lost = await RawClient.connected(port, 5, "lost", { will: { ...WILL, retain: true } });
  lost.cut();
  await sink.have(1);
  assert.equal(sink.accepted[0]?.message.retain, true);
  const other = await RawClient.connected(port, 5, "other");
  await other.ping();
  assert.deepEqual([sink.accepted.length, broker.stats().retainedMessages], [1, 1]);
});

test("[MQTT-3.1.3-9] who is back before the delay is over leaves no will, whose session ends does", async (t) => {
  const { port, sink } = await startBroker(t);
  const will = { ...WILL, properties: { willDelayInterval: 100 } };
  const first = await RawClient.connected(port, 5, "back", { ...KEPT, will });
  first.cut();
  await first.closed;
  await RawClient.connected(port, 5, "back", KEPT);
  const second = await RawClient.connected(port, 5, "anew", {
    ...KEPT,
    will: { ...will, payload: Buffer.from("anew") },
  });
  second.cut();
  await second.closed;
  await RawClient.connected(port, 5, "anew", { clean: true });
  await sink.have(1);
  assert.deepEqual(sink.texts(), ["anew"], "a clean start ends the session, and with it the waiting");
});

test("[MQTT-3.1.2-22] [MQTT-3.2.2-22] the client's own keep alive counts where the broker names none", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = RawClient.open(port, 5);
  client.connect("silent", { keepalive: 1, will: WILL });
  assert.equal((await client.expect("connack")).properties?.serverKeepAlive, undefined);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x8d);
  await sink.have(1);
});

test("[MQTT-3.1.2-28] no response information is given", async (t) => {
  const { port } = await startBroker(t);
  for (const requestResponseInformation of [false, true]) {
    const client = RawClient.open(port, 5);
    client.connect("asks", { properties: { requestResponseInformation } });
    assert.equal((await client.expect("connack")).properties?.responseInformation, undefined);
  }
});

test("[MQTT-3.1.2-29] [MQTT-3.2.2-19] [MQTT-3.4.2-2] [MQTT-3.5.2-2] [MQTT-3.14.2-3] reasons in words only for who wants them, and no more than fits", async (t) => {
  const { port } = await startBroker(t);
  const silent = await RawClient.connected(port, 5, "silent", {
    properties: { requestProblemInformation: false },
  });
  silent.publish("datacenter/x", "", 1, 1);
  silent.publish("datacenter/x", "", 2, 2);
  for (const cmd of ["puback", "pubrec"]) assert.equal((await silent.expect(cmd)).properties, undefined);
  for (const maximumPacketSize of [33, 48]) {
    const small = await RawClient.connected(port, 5, "small", { properties: { maximumPacketSize } });
    let longest = 0;
    small.stream.on("data", (chunk: Buffer) => {
      longest = Math.max(longest, chunk.length);
    });
    small.publish("datacenter/x", "", 1, 1);
    await small.expect("puback");
    small.publish("datacenter/x", "", 2, 2);
    await small.expect("pubrec");
    small.publish("", "", 1, 3);
    await small.expect("disconnect");
    assert.ok(longest <= maximumPacketSize, `${longest} bytes`);
  }
  const tiny = RawClient.open(port, 5);
  tiny.connect("tiny", { properties: { maximumPacketSize: 10 } });
  assert.equal((await tiny.expect("connack")).reasonCode, 0x95);
});

test("[MQTT-4.12.0-1] [MQTT-4.12.0-6] [MQTT-4.12.0-7] [MQTT-3.15.1-1] no authentication but by password", async (t) => {
  const { port } = await startBroker(t);
  const enhanced = RawClient.open(port, 5);
  enhanced.connect("enhanced", { properties: { authenticationMethod: "SCRAM-SHA-256" } });
  assert.equal((await enhanced.expect("connack")).reasonCode, 0x8c);
  await enhanced.closed;
  for (const [bytes, reason] of [
    ["f000", 0x82],
    ["f100", 0x81],
  ] as const) {
    const client = RawClient.open(port, 5);
    client.connect("plain");
    assert.equal((await client.expect("connack")).properties?.authenticationMethod, undefined);
    client.write(hex(bytes));
    assert.equal((await client.expect("disconnect")).reasonCode, reason);
  }
});

test("[MQTT-3.12.4-1] [MQTT-2.2.2-1] PINGREQ is answered, packets without properties say so", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "alive");
  const seen: Buffer[] = [];
  client.stream.on("data", (chunk: Buffer) => seen.push(chunk));
  client.send({ cmd: "pingreq" });
  await client.expect("pingresp");
  client.subscribe(1, ["a", 0]);
  await client.expect("suback");
  assert.deepEqual(Buffer.concat(seen), hex("d000 9004 0001 00 00"));
});
