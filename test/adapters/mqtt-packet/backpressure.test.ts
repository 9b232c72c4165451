import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BrokerConnection } from "../../servers/scripted-broker.ts";
import { ConsumerUnderTest } from "./consumer-under-test.ts";
import { RecordingSink } from "./recording-sink.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01/telemetry";
const KEEPALIVE_MS = 30_000;
const MESSAGES = 3_000;
const PAYLOAD = Buffer.alloc(10_000, "x");

/** Sends QoS 0 messages as fast as the socket takes them; resolves when it has taken all. */
async function flood(connection: BrokerConnection): Promise<void> {
  for (let index = 0; index < MESSAGES; index++) {
    connection.publish(0, TOPIC, PAYLOAD, { qos: 0 });
    if (connection.socket.writableNeedDrain) {
      await new Promise((resolve) => connection.socket.once("drain", resolve));
    }
  }
}

describe("MqttConsumer under a slow sink", () => {
  it("stops reading, keeps the connection alive, and loses nothing when there is room again", async () => {
    const sink = new RecordingSink(true);
    sink.capacity = 10;
    const { test, connection } = await ConsumerUnderTest.subscribed({}, sink);
    await using _ = test;
    const sent = flood(connection);
    while (test.consumer.stats().saturated === 0) await sink.next();
    const taken = sink.accepted;
    assert(taken < MESSAGES / 2, `${taken} messages taken`);

    // Minutes pass: PINGREQs go out, their answers wait behind the messages, and that is no reason to give up.
    for (let minute = 0; minute < 10; minute++) {
      test.clock.advance(KEEPALIVE_MS);
      await connection.ping();
    }
    assert.equal(sink.accepted, taken);
    assert.equal(test.consumer.status().ready, true);

    sink.relieve();
    await sent;
    while (sink.accepted < MESSAGES) await sink.next();
    assert.equal(sink.accepted, MESSAGES);
    assert.equal(test.consumer.stats().connections, 1);
  });

  it("stops again whenever the sink is saturated again", async () => {
    const sink = new RecordingSink(true);
    sink.capacity = 1;
    const { test, connection } = await ConsumerUnderTest.subscribed({}, sink);
    await using _ = test;
    const sent = flood(connection);
    for (let round = 1; round <= 5; round++) {
      while (test.consumer.stats().saturated < round) await sink.next();
      sink.relieve(sink.accepted + 1);
    }
    sink.relieve();
    await sent;
    while (sink.accepted < MESSAGES) await sink.next();
    assert(test.consumer.stats().saturated >= 5);
  });

  it("acknowledges while it doesn't read", async () => {
    const sink = new RecordingSink();
    sink.capacity = 1;
    const { test, connection } = await ConsumerUnderTest.subscribed({}, sink);
    await using _ = test;
    connection.publish(1, TOPIC, "one");
    const { settle } = await sink.next();
    connection.publish(2, TOPIC, "two");
    settle();
    assert.equal((await connection.expect("puback")).messageId, 1);
    sink.relieve();
    assert.equal((await sink.next()).text, "two");
  });

  it("doesn't take a handshake for overdue while it doesn't read", async () => {
    const sink = new RecordingSink();
    sink.capacity = 1;
    await using test = await ConsumerUnderTest.start({ connectTimeoutMs: 1_000 }, sink);
    const connection = await test.broker.connection();
    await connection.acceptConnect({ sessionPresent: true });
    connection.publish(1, TOPIC, "kept by the session");
    await sink.next();
    while (test.consumer.stats().saturated === 0) await new Promise((resolve) => setImmediate(resolve));
    test.clock.advance(60_000);
    await connection.acceptSubscribe();
    sink.relieve();
    await test.event("subscribed");
    assert.equal(test.consumer.stats().connections, 1);
  });

  it("reads on after pause, even when it had stopped for the sink", async () => {
    const sink = new RecordingSink();
    sink.capacity = 1;
    const { test, connection } = await ConsumerUnderTest.subscribed({}, sink);
    await using _ = test;
    connection.publish(1, TOPIC, "one");
    await sink.next();
    while (test.consumer.stats().saturated === 0) await new Promise((resolve) => setImmediate(resolve));
    await test.consumer.pause();
    const sent = test.consumer.publish({ topic: "datacenter/x", payload: "", retain: false });
    const { messageId } = await connection.expect("publish");
    connection.send({ cmd: "puback", messageId: messageId ?? 0, reasonCode: 0 });
    await sent;
    assert.equal(sink.accepted, 1);
  });
});

describe("MqttConsumer and a connection that is gone without a word", () => {
  it("asks, and gives up within 1.5 keepalives", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    test.clock.advance(KEEPALIVE_MS);
    await connection.expect("pingreq");
    test.clock.advance(KEEPALIVE_MS / 2);
    const { error } = await test.event("lost");
    assert.equal(error.code, "CONCHE_BROKER_UNREACHABLE");
    assert.match(error.message, /silent for/);
    await connection.closed;
  });

  it("keeps to the keepalive that the broker asks for", async () => {
    await using test = await ConsumerUnderTest.start();
    const connection = await test.broker.connection();
    await connection.acceptSubscriber({ properties: { serverKeepAlive: 4 } });
    await test.event("subscribed");
    test.clock.advance(4_000);
    await connection.expect("pingreq");
    test.clock.advance(2_000);
    await test.event("lost");
  });
});
