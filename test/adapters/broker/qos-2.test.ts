import assert from "node:assert/strict";
import { test } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { FakeSink } from "./fake-sink.ts";
import { RawClient } from "./raw-client.ts";

const KEPT = {
  4: { clean: false },
  5: { clean: false, properties: { sessionExpiryInterval: 1_000 } },
} as const;

/** A PUBREL or PUBCOMP, or a PUBREC, under the number. */
const answer = (cmd: "pubrec" | "pubrel" | "pubcomp", messageId: number) =>
  ({ cmd, messageId, reasonCode: 0 }) as const;

/** The same message again, which is answered at once: the answer to the PINGREQ behind it doesn't overtake it. */
async function isKnown(client: RawClient): Promise<void> {
  client.publish(TOPIC, "once", 2, 7, { dup: true });
  client.send({ cmd: "pingreq" });
  assert.equal((await client.expect("pubrec")).messageId, 7);
  await client.expect("pingresp");
}

for (const version of [4, 5] as const) {
  const name = version === 5 ? "MQTT 5" : "MQTT 3.1.1";

  test(`${name}: [MQTT-4.3.3-8] [MQTT-4.3.3-11] [MQTT-4.3.3-12] PUBREC comes after the commit, PUBCOMP after PUBREL`, async (t) => {
    const sink = new FakeSink(false);
    const { port } = await startBroker(t, { sink });
    const client = await RawClient.connected(port, version, "insists");
    client.publish(TOPIC, "once", 2, 7);
    const [accepted] = await sink.have(1);
    assert.equal(accepted?.message.qos, 2);
    await client.ping();
    assert.equal(
      client.packets.length,
      2,
      "CONNACK and PINGRESP: nothing is acknowledged that is not on disk",
    );
    accepted?.settle();
    assert.equal((await client.expect("pubrec")).messageId, 7);
    client.send(answer("pubrel", 7));
    assert.equal((await client.expect("pubcomp")).messageId, 7);
    client.publish(TOPIC, "another", 2, 7);
    await sink.have(2);
    assert.deepEqual(sink.texts(), ["once", "another"]);
  });

  test(`${name}: [MQTT-4.3.3-10] the same message again, before, while and after it is stored: once`, async (t) => {
    const sink = new FakeSink(false);
    const { port } = await startBroker(t, { sink });
    const first = await RawClient.connected(port, version, "insists", KEPT[version]);
    first.publish(TOPIC, "once", 2, 7);
    const [accepted] = await sink.have(1);
    first.cut();
    await first.closed;
    const second = await RawClient.connected(port, version, "insists", KEPT[version]);
    second.publish(TOPIC, "once", 2, 7, { dup: true });
    await second.ping();
    accepted?.settle();
    assert.equal((await second.expect("pubrec")).messageId, 7, "the new connection is told");
    await isKnown(second);
    second.cut();
    await second.closed;
    const third = await RawClient.connected(port, version, "insists", KEPT[version]);
    await isKnown(third);
    third.send(answer("pubrel", 7));
    await third.expect("pubcomp");
    third.send(answer("pubrel", 7));
    const again = await third.expect("pubcomp");
    assert.equal(again.reasonCode ?? 0, version === 5 ? 0x92 : 0);
    assert.deepEqual(sink.texts(), ["once"]);
  });

  test(`${name}: what could not be stored is taken anew under its number`, async (t) => {
    const sink = new FakeSink(false);
    const { port } = await startBroker(t, { sink });
    const first = await RawClient.connected(port, version, "insists", KEPT[version]);
    first.publish(TOPIC, "once", 2, 7);
    await sink.have(1);
    sink.settleAll(new ConcheError("CONCHE_DISK_FULL", { message: "full" }));
    await first.closed;
    const second = await RawClient.connected(port, version, "insists", KEPT[version]);
    second.publish(TOPIC, "once", 2, 7, { dup: true });
    await sink.have(2);
    sink.settleAll();
    await second.expect("pubrec");
  });

  test(`${name}: [MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-4.3.3-3] [MQTT-4.3.3-4] [MQTT-4.3.3-5] [MQTT-4.3.3-6] a subscriber gets it once, whatever it has to be reminded of`, async (t) => {
    const { port, broker } = await startBroker(t);
    const first = await RawClient.connected(port, version, "reader", KEPT[version]);
    first.subscribe(1, ["factory/#", 2]);
    assert.deepEqual((await first.expect("suback")).granted, [2]);
    const machine = await RawClient.connected(port, version, "insists");
    machine.publish(TOPIC, "once", 2, 7);
    const { messageId = 0, qos } = await first.expect("publish");
    assert.equal(qos, 2);
    first.cut();
    await first.closed;
    const second = await RawClient.connected(port, version, "reader", KEPT[version]);
    const repeated = await second.expect("publish");
    assert.deepEqual([repeated.messageId, repeated.dup], [messageId, true], "[MQTT-4.4.0-1] [MQTT-3.3.1-1]");
    second.send(answer("pubrec", messageId));
    assert.equal((await second.expect("pubrel")).messageId, messageId);
    second.cut();
    await second.closed;
    const third = await RawClient.connected(port, version, "reader", KEPT[version]);
    assert.equal((await third.expect("pubrel")).messageId, messageId, "only what is left to do");
    third.send(answer("pubcomp", messageId));
    await third.ping();
    assert.equal(broker.stats().queuedMessages, 0);
    third.send(answer("pubrec", messageId));
    const unknown = await third.expect("pubrel");
    assert.equal(unknown.reasonCode ?? 0, version === 5 ? 0x92 : 0);
  });
}

test("[MQTT-4.4.0-2] a PUBREC that refuses ends the handshake", async (t) => {
  const { port, broker } = await startBroker(t);
  const reader = await RawClient.connected(port, 5, "reader");
  reader.subscribe(1, ["factory/#", 2]);
  await reader.expect("suback");
  const machine = await RawClient.connected(port, 5, "insists");
  machine.publish(TOPIC, "once", 2, 7);
  const { messageId = 0 } = await reader.expect("publish");
  reader.send({ cmd: "pubrec", messageId, reasonCode: 0x97 });
  await reader.ping();
  assert.equal(broker.stats().queuedMessages, 0);
});

test("[MQTT-4.3.3-9] [MQTT-3.5.2-1] a QoS 2 message that may not be is refused in its PUBREC, and its number is free", async (t) => {
  const { port, sink } = await startBroker(t);
  const client = await RawClient.connected(port, 5, "forger");
  client.publish("datacenter/x", "{}", 2, 7);
  const refused = await client.expect("pubrec");
  assert.deepEqual([refused.messageId, refused.reasonCode], [7, 0x87]);
  client.publish(TOPIC, "fine", 2, 7);
  assert.equal((await client.expect("pubrec")).reasonCode ?? 0, 0);
  assert.deepEqual(sink.texts(), ["fine"]);
});

test("messages that are not released count against the receive maximum", async (t) => {
  const { port } = await startBroker(t, { limits: { receiveMaximum: 3 } });
  const client = await RawClient.connected(port, 5, "greedy");
  for (const id of [1, 2, 3]) {
    client.publish(TOPIC, `${id}`, 2, id);
    await client.expect("pubrec");
  }
  client.send(answer("pubrel", 2));
  await client.expect("pubcomp");
  client.publish(TOPIC, "4", 2, 4);
  await client.expect("pubrec");
  client.publish(TOPIC, "5", 2, 5);
  assert.equal((await client.expect("disconnect")).reasonCode, 0x93);
});

test("a clean start forgets the numbers of before", async (t) => {
  const { port, sink } = await startBroker(t);
  const first = await RawClient.connected(port, 4, "insists", KEPT[4]);
  first.publish(TOPIC, "one", 2, 7);
  await first.expect("pubrec");
  first.cut();
  await first.closed;
  const second = await RawClient.connected(port, 4, "insists", { clean: true });
  second.publish(TOPIC, "two", 2, 7);
  await second.expect("pubrec");
  assert.deepEqual(sink.texts(), ["one", "two"]);
});

test("a will of QoS 2 is one of QoS 2", async (t) => {
  const { port, sink } = await startBroker(t);
  const watcher = await RawClient.connected(port, 4, "watcher");
  watcher.subscribe(1, ["factory/#", 2]);
  await watcher.expect("suback");
  const will = { topic: TOPIC, payload: Buffer.from("gone"), qos: 2 as const, retain: false };
  const machine = await RawClient.connected(port, 4, "insists", { will });
  machine.cut();
  assert.equal((await watcher.expect("publish")).qos, 2);
  assert.equal(sink.accepted[0]?.message.qos, 2);
});
