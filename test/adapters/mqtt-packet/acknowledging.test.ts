import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import type { BrokerConnection } from "../../servers/scripted-broker.ts";
import { ConsumerUnderTest } from "./consumer-under-test.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01/alarm";
const NOT_STORED = new ConcheError("CONCHE_SHUTTING_DOWN", { message: "the data center is stopping" });

/**
 * Waits until everything the consumer wrote before now has arrived: what it publishes now comes behind it, and is
 * the next packet when nothing else was written.
 */
async function nothingElseWritten(test: ConsumerUnderTest, connection: BrokerConnection): Promise<void> {
  const sent = test.consumer.publish({ topic: "datacenter/marker", payload: "", retain: false });
  const packet = await connection.expect("publish");
  connection.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: 0 });
  await sent;
}

describe("MqttConsumer acknowledging", () => {
  it("hands over what came, and sends PUBACK when it is settled and not before", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    connection.publish(7, TOPIC, '{"a":1}', {
      retain: true,
      properties: { contentType: "application/json", userProperties: { schema: "alarm/2" } },
    });
    const { message, settle } = await test.sink.next();
    assert.partialDeepStrictEqual(
      { ...message, payload: Buffer.from(message.payload).toString() },
      {
        topic: TOPIC,
        payload: '{"a":1}',
        cutFromBytes: undefined,
        qos: 1,
        retain: true,
        retainVisible: true,
        mayBeReplay: true,
        properties: {
          contentType: "application/json",
          userProperties: Object.assign(Object.create(null), { schema: "alarm/2" }),
        },
      },
    );
    await nothingElseWritten(test, connection);
    assert.equal(test.consumer.stats().unacknowledged, 1);
    settle();
    assert.equal((await connection.expect("puback")).messageId, 7);
    assert.equal(test.consumer.stats().unacknowledged, 0);
  });

  it("doesn't trust the retain flag of MQTT 3.1.1", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed({ protocol: 4 });
    await using _ = test;
    connection.publish(7, TOPIC, "{}");
    const { message } = await test.sink.next();
    assert.deepEqual(
      [message.retainVisible, message.mayBeReplay, message.properties],
      [false, false, undefined],
    );
  });

  it("acknowledges in the order of receipt", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    for (const id of [3, 1, 2]) connection.publish(id, TOPIC, String(id));
    const [first, second, third] = await test.sink.take(3);
    third?.settle();
    second?.settle();
    await nothingElseWritten(test, connection);
    first?.settle();
    for (const id of [3, 1, 2]) assert.equal((await connection.expect("puback")).messageId, id);
    assert.equal(test.consumer.stats().acknowledged, 3);
  });

  it("acknowledges QoS 0 not at all", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    connection.publish(0, TOPIC, "one", { qos: 0 });
    (await test.sink.next()).settle();
    connection.publish(0, TOPIC, "two", { qos: 0 });
    (await test.sink.next()).settle(NOT_STORED);
    await nothingElseWritten(test, connection);
    assert.equal(test.consumer.stats().refusedBySink, 1);
  });

  it("drops the connection over a message that wasn't stored, after the acknowledgements before it", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    for (const id of [1, 2, 3]) connection.publish(id, TOPIC, String(id));
    const [first, second, third] = await test.sink.take(3);
    first?.settle();
    second?.settle(NOT_STORED);
    third?.settle();
    assert.equal((await connection.expect("puback")).messageId, 1);
    await connection.expect("disconnect");
    await connection.closed;
    assert.deepEqual(connection.unread, []);
    const { error } = await test.reconnect();
    assert.match(error.message, /not stored: the data center is stopping/);

    const next = await test.broker.connection();
    assert.equal((await next.acceptConnect({ sessionPresent: true })).clean, false);
    await next.acceptSubscribe();
    next.publish(2, TOPIC, "2", { dup: true });
    (await test.sink.next()).settle();
    assert.equal((await next.expect("puback")).messageId, 2);
    const { redelivered, acknowledged, refusedBySink, settledTooLate } = test.consumer.stats();
    assert.deepEqual(
      { redelivered, acknowledged, refusedBySink, settledTooLate },
      {
        redelivered: 1,
        acknowledged: 2,
        refusedBySink: 1,
        settledTooLate: 1,
      },
    );
  });

  it("drops the connection over a message refused on the spot", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    const { accept } = test.sink;
    test.sink.accept = (message, settle) => settle(NOT_STORED, message);
    for (const id of [1, 2, 3]) connection.publish(id, TOPIC, String(id));
    await connection.expect("disconnect");
    assert.equal(test.consumer.stats().received, 1);
    test.sink.accept = accept;
  });

  it("never sends the acknowledgement of an old connection on a new one", async () => {
    const { test, connection: old } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    for (const id of [1, 2]) old.publish(id, TOPIC, `old ${id}`);
    const [oldFirst, oldSecond] = await test.sink.take(2);
    old.socket.destroy();
    await test.reconnect();
    const connection = await test.accept(true);
    // The same packet identifiers are in use again, for other messages.
    for (const id of [2, 1]) connection.publish(id, TOPIC, `new ${id}`);
    const [newFirst, newSecond] = await test.sink.take(2);
    oldFirst?.settle();
    oldSecond?.settle();
    await nothingElseWritten(test, connection);
    assert.equal(test.consumer.stats().unacknowledged, 2);
    newFirst?.settle();
    assert.equal((await connection.expect("puback")).messageId, 2);
    await nothingElseWritten(test, connection);
    newSecond?.settle();
    assert.equal((await connection.expect("puback")).messageId, 1);
    assert.equal(test.consumer.stats().settledTooLate, 2);
  });

  it("settles of an old connection that fail don't hurt the new one", async () => {
    const { test, connection: old } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    old.publish(1, TOPIC, "old");
    const { settle } = await test.sink.next();
    old.socket.destroy();
    await test.reconnect();
    const connection = await test.accept(true);
    settle(NOT_STORED);
    await nothingElseWritten(test, connection);
    assert.equal(test.consumer.status().ready, true);
  });

  it("takes messages that a resumed session sends before the subscription is answered", async () => {
    await using test = await ConsumerUnderTest.start();
    const connection = await test.broker.connection();
    await connection.acceptConnect({ sessionPresent: true });
    connection.publish(9, TOPIC, "waiting");
    (await test.sink.next()).settle();
    await connection.expect("subscribe");
    assert.equal((await connection.expect("puback")).messageId, 9);
  });

  it("takes more than the receive maximum from a broker that doesn't count", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed({ receiveMaximum: 2 });
    await using _ = test;
    for (const id of [1, 2, 3, 4]) connection.publish(id, TOPIC, String(id));
    for (const { settle } of await test.sink.take(4)) settle();
    for (const id of [1, 2, 3, 4]) assert.equal((await connection.expect("puback")).messageId, id);
  });

  it("after pause takes no message, acknowledges what it had, and reads the answers to what it sends", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    connection.publish(1, TOPIC, "before");
    const before = await test.sink.next();
    await test.consumer.pause();
    assert.deepEqual(test.consumer.status(), { ready: false, detail: "taking no new messages" });
    connection.publish(2, TOPIC, "after");
    await nothingElseWritten(test, connection);
    before.settle();
    assert.equal((await connection.expect("puback")).messageId, 1);
    await nothingElseWritten(test, connection);
    assert.equal(test.sink.accepted, 1);
    assert.equal(test.consumer.stats().leftUnread, 1);
  });

  it("after pause does not connect again", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    await test.consumer.pause();
    connection.socket.destroy();
    assert.equal((await test.event("lost")).retryInMs, undefined);
    test.clock.advance(1_000_000);
    assert.equal(test.consumer.stats().connections, 1);
  });

  it("stops with the last acknowledgements in front of DISCONNECT, and keeps the session", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    for (const id of [1, 2, 3]) connection.publish(id, TOPIC, String(id));
    const taken = await test.sink.take(3);
    taken[0]?.settle();
    taken[1]?.settle();
    const stopped = test.consumer.stop();
    assert.equal((await connection.expect("puback")).messageId, 1);
    assert.equal((await connection.expect("puback")).messageId, 2);
    const disconnect = await connection.expect("disconnect");
    assert.equal(disconnect.properties?.sessionExpiryInterval, undefined);
    await stopped;
    await connection.closed;
    taken[2]?.settle();
    await test[Symbol.asyncDispose]();
  });

  it("doesn't wait for ever for a broker that won't close", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    connection.socket.pause();
    const stopped = test.consumer.stop();
    test.clock.advance(1_000);
    await stopped;
    await test[Symbol.asyncDispose]();
  });
});
