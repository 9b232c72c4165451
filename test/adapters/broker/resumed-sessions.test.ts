import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { afterwards } from "../../servers/afterwards.ts";
import { NO_MOSQUITTO, startMosquitto } from "../../servers/mosquitto.ts";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

const KEPT = { clean: false, properties: { sessionExpiryInterval: 1_000 } } as const;

/** What MQTT 5 says of resumed sessions (3.1.2.4, 3.1.2.11.2, 4.9), held against another broker too. */
const BROKERS: readonly {
  readonly name: string;
  readonly skip: string | false;
  readonly port: (t: TestContext) => Promise<number>;
}[] = [
  { name: "embedded broker", skip: false, port: async (t) => (await startBroker(t)).port },
  {
    name: "Mosquitto",
    skip: NO_MOSQUITTO,
    port: async (t) => {
      const mosquitto = await startMosquitto();
      afterwards(t, () => mosquitto.dispose());
      return mosquitto.port;
    },
  },
];

/** A session with so many messages that its client has missed. */
async function missed(port: number, count: number): Promise<void> {
  const first = await RawClient.connected(port, 5, "history", KEPT);
  first.subscribe(1, ["factory/#", 1]);
  await first.expect("suback");
  first.send({ cmd: "disconnect", reasonCode: 0 });
  await first.closed;
  const machine = await RawClient.connected(port, 5, "conche-01");
  for (let id = 1; id <= count; id++) {
    machine.publish(TOPIC, `message ${id}`, 1, id);
    await machine.expect("puback");
  }
}

async function resumed(port: number, properties: Record<string, number>): Promise<RawClient> {
  const client = RawClient.open(port, 5);
  client.connect("history", { clean: false, properties });
  const { sessionPresent, reasonCode } = await client.expect("connack");
  assert.deepEqual([sessionPresent, reasonCode], [true, 0]);
  return client;
}

/** The texts of the next messages, each acknowledged. */
async function take(client: RawClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let each = 0; each < count; each++) {
    const { payload, messageId = 0 } = await client.expect("publish");
    texts.push(String(payload));
    client.send({ cmd: "puback", messageId, reasonCode: 0 });
  }
  return texts;
}

const texts = (count: number) => Array.from({ length: count }, (_, index) => `message ${index + 1}`);

for (const { name, skip, port: start } of BROKERS) {
  test(`${name}: a session taken up without an expiry of its own gives what was queued, and ends`, {
    skip,
  }, async (t) => {
    const port = await start(t);
    await missed(port, 5);
    const second = await resumed(port, {});
    assert.deepEqual(await take(second, 5), texts(5));
    second.cut();
    await second.closed;
    // The session went with the connection; the broker may hear of the end a moment later.
    for (;;) {
      const third = RawClient.open(port, 5);
      third.connect("history", { clean: false });
      const { sessionPresent } = await third.expect("connack");
      third.send({ cmd: "disconnect", reasonCode: 0 });
      await third.closed;
      if (sessionPresent === false) break;
    }
  });

  test(`${name}: no more than the client's Receive Maximum is on the way, queued or live`, {
    skip,
  }, async (t) => {
    const port = await start(t);
    await missed(port, 10);
    const client = await resumed(port, { receiveMaximum: 3, sessionExpiryInterval: 1_000 });
    const first = [
      await client.expect("publish"),
      await client.expect("publish"),
      await client.expect("publish"),
    ];
    const before = client.packets.length;
    await client.ping();
    assert.equal(client.packets.length, before + 1, "nothing but the PINGRESP came");
    for (const { messageId = 0 } of first) client.send({ cmd: "puback", messageId, reasonCode: 0 });
    assert.deepEqual([...first.map(({ payload }) => String(payload)), ...(await take(client, 7))], texts(10));
    const machine = await RawClient.connected(port, 5, "conche-01");
    for (let id = 1; id <= 5; id++) {
      machine.publish(TOPIC, `message ${id}`, 1, id);
      await machine.expect("puback");
    }
    const live = [
      await client.expect("publish"),
      await client.expect("publish"),
      await client.expect("publish"),
    ];
    const ready = client.packets.length;
    await client.ping();
    assert.equal(client.packets.length, ready + 1);
    for (const { messageId = 0 } of live) client.send({ cmd: "puback", messageId, reasonCode: 0 });
    assert.deepEqual([...live.map(({ payload }) => String(payload)), ...(await take(client, 2))], texts(5));
  });
}

test("a long queue waits for the acknowledgements of a client that takes one at a time, and loses nothing", async (t) => {
  const { port, broker } = await startBroker(t, { limits: { backlogBytes: 100_000 } });
  const first = await RawClient.connected(port, 5, "history", KEPT);
  first.subscribe(1, ["factory/#", 1]);
  await first.expect("suback");
  first.cut();
  await first.closed;
  const machine = await RawClient.connected(port, 5, "conche-01");
  const long = "x".repeat(9_000);
  for (let id = 1; id <= 100; id++) machine.publish(TOPIC, `${id} ${long}`, 1, id);
  for (let id = 1; id <= 100; id++) await machine.expect("puback");
  const client = await resumed(port, { receiveMaximum: 1, sessionExpiryInterval: 1_000 });
  const got = await take(client, 100);
  assert.deepEqual(
    got.map((text) => Number.parseInt(text, 10)),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  assert.equal(broker.stats().deliveriesDropped, 0);
});
