import assert from "node:assert/strict";
import { test } from "node:test";
import { STATE, startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const KEPT = { clean: false, properties: { sessionExpiryInterval: 100 } } as const;

/** A SUBSCRIBE with all of its options. */
function subscribe(
  client: RawClient,
  messageId: number,
  topic: string,
  more: object = {},
  properties?: object,
): void {
  const subscription = { topic, qos: 2 as const, nl: false, rap: false, rh: 0, ...more };
  client.send({
    cmd: "subscribe",
    messageId,
    subscriptions: [subscription],
    ...(properties ? { properties } : {}),
  });
}

/** The payloads that come before the answer to a PINGREQ. */
async function heard(client: RawClient): Promise<string[]> {
  client.send({ cmd: "pingreq" });
  const payloads: string[] = [];
  for (let packet = await client.next(); packet?.cmd !== "pingresp"; packet = await client.next()) {
    if (packet === undefined) throw new Error("closed");
    if (packet.cmd !== "publish") continue;
    payloads.push(`${packet.payload?.toString()}${packet.retain ? " retained" : ""}`);
    if (packet.qos === 1) client.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: 0 });
  }
  return payloads;
}

test("[MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-2.2.1-6] [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-2] a SUBACK for each SUBSCRIBE, a code for each filter", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "reader");
  client.subscribe(77, ["a", 0], ["$own/#", 1], ["b", 2], ["c", 1]);
  const { messageId, granted } = await client.expect("suback");
  assert.deepEqual([messageId, granted], [77, [0, 0x87, 2, 1]]);
});

test("[MQTT-3.8.3-1] [MQTT-3.10.3-1] [MQTT-4.7.1-1] [MQTT-4.7.1-2] what can't be a filter ends the connection", async (t) => {
  const { port } = await startBroker(t);
  for (const filter of ["a/#/b", "a#", "a/b#", "+a", "a/+b", ""]) {
    const client = await RawClient.connected(port, 5, "odd");
    client.subscribe(1, [filter, 0]);
    assert.equal((await client.expect("disconnect")).reasonCode, 0x8f, filter);
  }
  for (const bytes of ["8207000100 0001 ff 00", "a206000100 0001 ff"]) {
    const client = await RawClient.connected(port, 5, "odd");
    client.write(Buffer.from(bytes.replaceAll(" ", ""), "hex"));
    assert.equal((await client.expect("disconnect")).reasonCode, 0x81);
  }
});

test("[MQTT-3.3.2-3] [MQTT-4.7.2-1] a subscriber gets what its filter matches; wildcards don't reach $ topics", async (t) => {
  const open = {
    epoch: 0,
    publishRefusal: () => undefined,
    subscribeRefusal: () => undefined,
    mayReceive: () => true,
  };
  const { port } = await startBroker(t, { rules: open });
  const client = await RawClient.connected(port, 5, "reader");
  const machine = await RawClient.connected(port, 5, "machine");
  const matches: [string, string, boolean][] = [
    ["sport/tennis/#", "sport/tennis", true],
    ["sport/tennis/+", "sport/tennis", false],
    ["sport/tennis/+", "sport/tennis/", true],
    ["+", "/finance", false],
    ["/+", "/finance", true],
    ["+/+", "/finance", true],
    ["#", "$own/x", false],
    ["+/x", "$own/x", false],
    ["$own/#", "$own/x", true],
  ];
  for (const [filter, topic, expected] of matches) {
    client.subscribe(1, [filter, 0]);
    await client.expect("suback");
    machine.publish(topic, "x", 1, 1);
    await machine.expect("puback");
    assert.deepEqual(await heard(client), expected ? ["x"] : [], `${filter} ${topic}`);
    client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: [filter] });
    await client.expect("unsuback");
  }
});

test("[MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-7] [MQTT-3.3.1-8] what is retained: the last with RETAIN, nothing after an empty one", async (t) => {
  const { port, broker } = await startBroker(t);
  const reader = await RawClient.connected(port, 5, "reader");
  reader.subscribe(1, [STATE, 0]);
  await reader.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  const publish = async (payload: string, retain: boolean) => {
    machine.publish(STATE, payload, 1, 1, { retain });
    await machine.expect("puback");
  };
  const kept = async () => {
    const client = await RawClient.connected(port, 5, "late");
    subscribe(client, 1, STATE);
    await client.expect("suback");
    return heard(client);
  };
  await publish("one", true);
  await publish("two", true);
  await publish("passing", false);
  assert.deepEqual(await kept(), ["two retained"]);
  await publish("", true);
  assert.deepEqual([await kept(), broker.stats().retainedMessages], [[], 0]);
  assert.equal(
    (await heard(reader)).at(-1),
    " retained",
    "it is delivered like any other, retained as published",
  );
});

test("[MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11] [MQTT-3.8.4-3] [MQTT-3.8.4-4] retain handling, for new subscriptions and those renewed", async (t) => {
  const { port } = await startBroker(t);
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish(STATE, "kept", 1, 1, { retain: true });
  await machine.expect("puback");
  const got: Record<number, string[][]> = {};
  for (const rh of [0, 1, 2]) {
    const client = await RawClient.connected(port, 5, `reader-${rh}`);
    got[rh] = [];
    for (const id of [1, 2]) {
      subscribe(client, id, STATE, { rh, qos: id === 1 ? 2 : 0 });
      await client.expect("suback");
      got[rh]?.push(await heard(client));
    }
    machine.publish(STATE, "live", 2, 10 + rh);
    await machine.expect("pubrec");
    machine.send({ cmd: "pubrel", messageId: 10 + rh, reasonCode: 0 });
    await machine.expect("pubcomp");
    assert.equal((await client.expect("publish")).qos, 0, "once, as it was asked for last");
    assert.deepEqual(await heard(client), []);
  }
  assert.deepEqual(got, {
    0: [["kept retained"], ["kept retained"]],
    1: [["kept retained"], []],
    2: [[], []],
  });
});

test("[MQTT-3.3.1-12] [MQTT-3.3.1-13] Retain As Published", async (t) => {
  const { port } = await startBroker(t);
  const readers: RawClient[] = [];
  for (const rap of [false, true]) {
    const client = await RawClient.connected(port, 5, `reader-${rap}`);
    subscribe(client, 1, "factory/#", { rap, qos: 0 });
    await client.expect("suback");
    readers.push(client);
  }
  const machine = await RawClient.connected(port, 5, "machine");
  for (const [id, retain] of [
    [1, true],
    [2, false],
  ] as const) {
    machine.publish(TOPIC, `${id}`, 1, id, { retain });
    await machine.expect("puback");
  }
  assert.deepEqual(await Promise.all(readers.map(heard)), [
    ["1", "2"],
    ["1 retained", "2"],
  ]);
});

test("[MQTT-3.3.4-3] overlapping subscriptions with identifiers", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "reader");
  subscribe(client, 1, "factory/#", { qos: 0 }, { subscriptionIdentifier: 7 });
  subscribe(client, 2, TOPIC, { qos: 1 }, { subscriptionIdentifier: 200_000 });
  subscribe(client, 3, "+/#", { qos: 0 });
  for (let count = 0; count < 3; count++) await client.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish(TOPIC, "x", 2, 1);
  const { qos, properties } = await client.expect("publish");
  assert.equal(qos, 1);
  assert.deepEqual([properties?.subscriptionIdentifier].flat().toSorted(), [200_000, 7]);
  assert.deepEqual(await heard(client), []);
});

test("[MQTT-3.8.3-4] No Local on a share ends the connection", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "odd");
  subscribe(client, 1, "$share/g/a", { nl: true });
  assert.equal((await client.expect("disconnect")).reasonCode, 0x82);
});

test("[MQTT-3.8.4-8] [MQTT-4.8.2-3] the lower QoS of message and subscription, for shares, too", async (t) => {
  const { port } = await startBroker(t);
  const machine = await RawClient.connected(port, 5, "machine");
  for (const filter of ["a", "$share/g/a"]) {
    for (const granted of [0, 1, 2] as const) {
      const client = await RawClient.connected(port, 5, "reader");
      subscribe(client, 1, filter, { qos: granted });
      await client.expect("suback");
      for (const qos of [0, 1, 2] as const) {
        machine.publish("a", "x", qos, qos === 0 ? 0 : 10 + qos);
        assert.equal((await client.expect("publish")).qos, Math.min(granted, qos));
        if (qos === 1) await machine.expect("puback");
        if (qos < 2) continue;
        await machine.expect("pubrec");
        machine.send({ cmd: "pubrel", messageId: 12, reasonCode: 0 });
        await machine.expect("pubcomp");
      }
    }
  }
});

test("[MQTT-3.10.4-1] [MQTT-3.10.4-2] [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-3.11.3-1] [MQTT-3.11.3-2] an UNSUBACK for each UNSUBSCRIBE; the very filters end", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "reader");
  client.subscribe(1, ["a/+", 0], ["a/b", 0], ["c", 0]);
  await client.expect("suback");
  client.send({ cmd: "unsubscribe", messageId: 9, unsubscriptions: ["a/b", "a/#", "c", "a/c"] });
  const { messageId, granted } = await client.expect("unsuback");
  assert.deepEqual([messageId, granted], [9, [0, 0x11, 0, 0x11]]);
  client.publish("c", "gone", 0, 0);
  client.publish("a/b", "by the other", 0, 0);
  assert.deepEqual((await client.expect("publish")).payload?.toString(), "by the other");
});

test("[MQTT-3.10.4-3] [MQTT-3.6.2-1] what was begun is completed after UNSUBSCRIBE", async (t) => {
  const { port } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "reader", KEPT);
  client.subscribe(1, ["a", 2]);
  await client.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish("a", "x", 2, 1);
  const { messageId = 0 } = await client.expect("publish");
  client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["a"] });
  await client.expect("unsuback");
  client.send({ cmd: "pubrec", messageId, reasonCode: 0 });
  const pubrel = await client.expect("pubrel");
  assert.deepEqual([pubrel.messageId, pubrel.reasonCode ?? 0], [messageId, 0]);
});

test("[MQTT-4.8.2-4] [MQTT-4.8.2-6] a share's delivery stays with the member that it was begun with", async (t) => {
  const { port, broker } = await startBroker(t);
  const [one, two] = [
    await RawClient.connected(port, 5, "one", KEPT),
    await RawClient.connected(port, 5, "two", KEPT),
  ];
  for (const client of [one, two]) {
    client.subscribe(1, ["$share/g/a", 2]);
    await client.expect("suback");
  }
  const machine = await RawClient.connected(port, 5, "machine");
  machine.publish("a", "first", 2, 1);
  await one.expect("publish");
  one.cut();
  await one.closed;
  const again = await RawClient.connected(port, 5, "one", KEPT);
  const { payload, dup, messageId = 0 } = await again.expect("publish");
  assert.deepEqual([payload?.toString(), dup], ["first", true]);
  again.send({ cmd: "pubrec", messageId, reasonCode: 0x97 });
  await again.ping();
  assert.deepEqual([await heard(two), broker.stats().queuedMessages], [[], 0]);
});

test("a share's messages go to members that are there, and wait for those that are kept where nobody is", async (t) => {
  const { port } = await startBroker(t);
  const kept = await RawClient.connected(port, 5, "kept", KEPT);
  const there = await RawClient.connected(port, 5, "there");
  for (const client of [kept, there]) {
    client.subscribe(1, ["$share/g/a", 1]);
    await client.expect("suback");
  }
  kept.cut();
  await kept.closed;
  const machine = await RawClient.connected(port, 5, "machine");
  for (const id of [1, 2, 3]) {
    machine.publish("a", `${id}`, 1, id);
    await machine.expect("puback");
  }
  assert.deepEqual(await heard(there), ["1", "2", "3"]);
  there.send({ cmd: "disconnect", reasonCode: 0 });
  await there.closed;
  machine.publish("a", "4", 1, 4);
  await machine.expect("puback");
  const back = await RawClient.connected(port, 5, "kept", KEPT);
  assert.deepEqual(await heard(back), ["4"]);
});

test("[MQTT-3.1.2-23] [MQTT-4.1.0-1] [MQTT-4.1.0-2] [MQTT-4.5.0-1] [MQTT-4.3.2-3] a session lasts as long as it says, and keeps what its client misses", async (t) => {
  let now = 1_000;
  t.mock.method(performance, "now", () => now);
  const { port, broker, reported } = await startBroker(t);
  const first = await RawClient.connected(port, 5, "reader", KEPT);
  first.subscribe(1, ["a", 1]);
  await first.expect("suback");
  const machine = await RawClient.connected(port, 5, "machine");
  now += 500_000;
  await first.ping();
  await machine.ping();
  machine.publish("a", "sent", 1, 1);
  await first.expect("publish");
  first.cut();
  while (broker.stats().clients > 1) await machine.ping();
  machine.publish("a", "missed", 1, 2);
  while ((await machine.expect("puback")).messageId !== 2);
  now += 99_000;
  const second = await RawClient.connected(port, 5, "reader", KEPT);
  const got = [await second.expect("publish"), await second.expect("publish")];
  assert.deepEqual(
    got.map(({ payload, dup }) => [payload?.toString(), dup]),
    [
      ["sent", true],
      ["missed", false],
    ],
  );
  second.cut();
  // The broker hears of it a moment later.
  while (broker.stats().clients > 1) await machine.ping();
  now += 101_000;
  assert.equal((await reported("session-ended")).reason, "expired");
  const third = RawClient.open(port, 5);
  third.connect("reader", KEPT);
  assert.equal((await third.expect("connack")).sessionPresent, false);
});

test("a DISCONNECT may change how long the session lasts, but not bring one about (3.14.2.2.2)", async (t) => {
  const { port, broker } = await startBroker(t);
  const kept = await RawClient.connected(port, 5, "kept", KEPT);
  kept.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  await kept.closed;
  assert.equal(broker.stats().sessions, 0);
  const passing = await RawClient.connected(port, 5, "passing");
  passing.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 10 } });
  assert.equal((await passing.expect("disconnect")).reasonCode, 0x82);
});
