import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { OutgoingMessage } from "../../../src/mqtt/delivery.ts";
import { ConsumerUnderTest } from "./consumer-under-test.ts";

const RECEIPT: OutgoingMessage = {
  topic: "datacenter/tunis-01/line-a/s5_tempering/temper-01/receipt",
  payload: '{"through":7}',
  retain: true,
};

describe("MqttConsumer publishing", () => {
  it("resolves with the broker's acknowledgement and not before", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    let resolved = false;
    const sent = test.consumer.publish(RECEIPT).then(() => {
      resolved = true;
    });
    const { topic, payload, qos, retain, messageId, properties } = await connection.expect("publish");
    assert.deepEqual(
      [topic, String(payload), qos, retain, properties],
      [RECEIPT.topic, RECEIPT.payload, 1, true, { contentType: "application/json" }],
    );
    assert.equal(resolved, false);
    connection.send({ cmd: "puback", messageId: messageId ?? 0, reasonCode: 0 });
    await sent;
    assert.equal(test.consumer.stats().published, 1);
  });

  it("counts a message without a subscriber, and rejects a refused one", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    const nobody = test.consumer.publish(RECEIPT);
    const refused = test.consumer.publish(RECEIPT);
    connection.send({
      cmd: "puback",
      messageId: (await connection.expect("publish")).messageId ?? 0,
      reasonCode: 16,
    });
    connection.send({
      cmd: "puback",
      messageId: (await connection.expect("publish")).messageId ?? 0,
      reasonCode: 0x87,
    });
    await nobody;
    await assert.rejects(refused, { code: "CONCHE_BROKER_REFUSED", message: /receipt: 0x87 not authorized/ });
    const { published, publishedToNobody, publishFailures } = test.consumer.stats();
    assert.deepEqual([published, publishedToNobody, publishFailures], [1, 1, 1]);
  });

  it("has no more in flight than the broker takes, in order, and refuses beyond its own limit", async () => {
    await using test = await ConsumerUnderTest.start({ maxPublishes: 5 });
    const connection = await test.broker.connection();
    await connection.acceptSubscriber({ properties: { receiveMaximum: 2 } });
    await test.event("subscribed");
    const sent = ["a", "b", "c", "d", "e"].map((payload) => test.consumer.publish({ ...RECEIPT, payload }));
    await assert.rejects(test.consumer.publish(RECEIPT), { code: "CONCHE_PUBLISH_LIMIT", retryable: true });
    const first = await connection.expect("publish");
    const second = await connection.expect("publish");
    const order = [String(first.payload), String(second.payload)];
    let inFlight = [first.messageId ?? 0, second.messageId ?? 0];
    while (order.length < 5) {
      assert.deepEqual(connection.unread, [], "more in flight than the broker takes");
      const [oldest = 0, ...rest] = inFlight;
      connection.send({ cmd: "puback", messageId: oldest, reasonCode: 0 });
      const next = await connection.expect("publish");
      order.push(String(next.payload));
      inFlight = [...rest, next.messageId ?? 0];
    }
    for (const messageId of inFlight) connection.send({ cmd: "puback", messageId, reasonCode: 0 });
    await Promise.all(sent);
    assert.deepEqual(order, ["a", "b", "c", "d", "e"]);
  });

  it("gives up on what the broker doesn't answer, and keeps its packet identifier out of use", async () => {
    await using test = await ConsumerUnderTest.start({ publishTimeoutMs: 1_000 });
    const connection = await test.accept();
    const unanswered = test.consumer.publish(RECEIPT);
    const first = await connection.expect("publish");
    test.clock.advance(1_000);
    await assert.rejects(unanswered, { code: "CONCHE_BROKER_UNREACHABLE", message: /within 1000 ms/ });
    const sent = test.consumer.publish(RECEIPT);
    const second = await connection.expect("publish");
    assert.notEqual(first.messageId, second.messageId);
    connection.send({ cmd: "puback", messageId: first.messageId ?? 0, reasonCode: 0 }); // Too late.
    connection.send({ cmd: "puback", messageId: second.messageId ?? 0, reasonCode: 0 });
    await sent;
  });

  it("rejects what is in flight when the connection is lost, and what comes before the next one", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    const inFlight = test.consumer.publish(RECEIPT);
    await connection.expect("publish");
    connection.socket.destroy();
    await assert.rejects(inFlight, { code: "CONCHE_BROKER_UNREACHABLE", retryable: true });
    await assert.rejects(test.consumer.publish(RECEIPT), {
      code: "CONCHE_BROKER_UNREACHABLE",
      retryable: true,
    });
    await test.reconnect();
    const next = await test.accept(true);
    const sent = test.consumer.publish(RECEIPT);
    const { messageId } = await next.expect("publish");
    next.send({ cmd: "puback", messageId: messageId ?? 0, reasonCode: 0 });
    await sent;
  });

  it("after pause waits for nobody long", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed();
    await using _ = test;
    const before = test.consumer.publish(RECEIPT);
    await test.consumer.pause();
    const after = test.consumer.publish(RECEIPT);
    await connection.expect("publish");
    await connection.expect("publish");
    test.clock.advance(1_500);
    for (const sent of [before, after]) await assert.rejects(sent, { code: "CONCHE_BROKER_UNREACHABLE" });
  });

  it("keeps to what the broker says it can do", async () => {
    await using test = await ConsumerUnderTest.start();
    const connection = await test.broker.connection();
    await connection.acceptSubscriber({ properties: { retainAvailable: false, maximumPacketSize: 150 } });
    await test.event("subscribed");
    const sent = test.consumer.publish(RECEIPT);
    const packet = await connection.expect("publish");
    assert.equal(packet.retain, false);
    connection.send({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: 0 });
    await sent;
    await assert.rejects(test.consumer.publish({ ...RECEIPT, payload: "x".repeat(200) }), {
      code: "CONCHE_BROKER_REFUSED",
      message: /larger than the broker takes/,
    });
  });

  it("sends no QoS 1 to a broker that takes none", async () => {
    await using test = await ConsumerUnderTest.start();
    const connection = await test.broker.connection();
    await connection.acceptConnect({ properties: { maximumQoS: 0 } });
    await connection.acceptSubscribe([0]);
    await test.event("not-subscribed");
    await assert.rejects(test.consumer.publish(RECEIPT), { code: "CONCHE_QOS_DOWNGRADED" });
  });

  it("sends no QoS 1 over 3.1.1 before the broker grants it, which is all that it says of what it takes", async () => {
    await using test = await ConsumerUnderTest.start({ protocol: 4 });
    const connection = await test.broker.connection();
    await connection.acceptConnect();
    await test.event("connected");
    await assert.rejects(test.consumer.publish(RECEIPT), { code: "CONCHE_BROKER_UNREACHABLE" });
    await connection.acceptSubscribe([0]);
    const { retryInMs } = await test.event("not-subscribed");
    await assert.rejects(test.consumer.publish(RECEIPT), { code: "CONCHE_QOS_DOWNGRADED" });
    test.clock.advance(retryInMs);
    await connection.acceptSubscribe([1]);
    await test.event("subscribed");
    const sent = test.consumer.publish(RECEIPT);
    const packet = await connection.expect("publish");
    connection.send({ cmd: "puback", messageId: packet.messageId ?? 0 });
    await sent;
  });
});
