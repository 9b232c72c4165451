import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { generate } from "mqtt-packet";
import { ConsumerUnderTest } from "./consumer-under-test.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01/quality";

/** A broker sends these bytes after the handshake; the reason code of the DISCONNECT that must follow. */
const VIOLATIONS: readonly (readonly [name: string, bytes: Buffer, reasonCode: number])[] = [
  ["packet type 0", Buffer.from([0x00, 0x00]), 0x81],
  ["a length of five bytes", Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 0x81],
  ["a PUBLISH whose topic is longer than it", Buffer.from([0x30, 3, 0xff, 0xff, 0x61]), 0x81],
  ["a PUBLISH with QoS 3", Buffer.from([0x36, 6, 0, 1, 0x61, 0, 1, 0]), 0x81],
  ["a PUBLISH with QoS 2", Buffer.from([0x34, 6, 0, 1, 0x61, 0, 1, 0]), 0x82],
  ["a topic alias", Buffer.from([0x30, 7, 0, 0, 3, 35, 0, 1, 0x61]), 0x94],
  ["an empty SUBACK", Buffer.from([0x90, 0]), 0x81],
  ["a SUBACK nobody asked for", Buffer.from([0x90, 4, 0, 1, 0, 1]), 0x82],
  ["a second CONNACK", Buffer.from([0x20, 3, 0, 0, 0]), 0x82],
  ["a client's packet", generate({ cmd: "pingreq" }), 0x82],
  ["a PUBREL", Buffer.from([0x62, 2, 0, 1]), 0x82],
  ["a PUBACK with a reason code that isn't one", Buffer.from([0x40, 3, 0, 1, 0x42]), 0x81],
  ["a header that announces 256 MB", Buffer.from([0x90, 0xff, 0xff, 0xff, 0x7f]), 0x95],
  ["a packet over the limit", Buffer.from([0x90, 0x80, 0x80, 0x40]), 0x95],
];

describe("MqttConsumer and a broker that breaks the protocol", () => {
  for (const [name, bytes, reasonCode] of VIOLATIONS) {
    it(`leaves over ${name}, and connects again`, async () => {
      const { test, connection } = await ConsumerUnderTest.subscribed();
      await using _ = test;
      connection.sendBytes(bytes);
      assert.equal((await connection.expect("disconnect")).reasonCode, reasonCode);
      await connection.closed;
      const { error } = await test.reconnect();
      assert.equal(error.code, "CONCHE_BROKER_PROTOCOL");
      assert.equal(test.consumer.stats().violations, 1);
      assert.equal(test.sink.accepted, 0);
      await test.accept();
      assert.equal(test.consumer.status().ready, true);
    });
  }

  it("leaves without a word when there was no CONNACK", async () => {
    for (const bytes of [
      generate({ cmd: "publish", topic: "a", payload: "", qos: 0, dup: false, retain: false }),
      generate({ cmd: "pingresp" }),
      Buffer.from(`HTTP/1.1 400 Bad Request\r\nServer: ${"x".repeat(80)}\r\n\r\n`),
    ]) {
      await using test = await ConsumerUnderTest.start();
      const connection = await test.broker.connection();
      await connection.expect("connect");
      connection.sendBytes(bytes);
      assert.equal((await test.event("lost")).error.code, "CONCHE_BROKER_PROTOCOL");
      await connection.closed;
      assert.deepEqual(connection.unread, []);
    }
  });

  it("survives random bytes after the handshake", async () => {
    await using test = await ConsumerUnderTest.start({ retry: { firstMs: 1, longestMs: 1 } });
    for (let round = 0; round < 60; round++) {
      const connection = await test.accept(true);
      connection.sendBytes(randomBytes(1 + (round % 40) * 50));
      connection.socket.end();
      await test.reconnect();
    }
    await test.accept(true);
    assert.equal(test.consumer.status().ready, true);
  });

  for (const protocol of [4, 5] as const) {
    it(`cuts a message over the limit, so that it is neither sent again for ever nor lost (protocol ${protocol})`, async () => {
      const { test, connection } = await ConsumerUnderTest.subscribed({ protocol, maxPacketBytes: 200_000 });
      await using _ = test;
      const payload = Buffer.alloc(5_000_000, "x");
      connection.publish(1, TOPIC, payload);
      connection.publish(2, TOPIC, "behind it");
      const [cut, behind] = await test.sink.take(2);
      assert.equal(cut?.message.topic, TOPIC);
      assert.equal(cut?.message.cutFromBytes, payload.length);
      assert((cut?.message.payload.length ?? 0) < 200_000);
      assert.equal(behind?.text, "behind it");
      assert.equal(behind?.message.cutFromBytes, undefined);
      assert.deepEqual(await test.event("oversize"), {
        kind: "oversize",
        topic: TOPIC,
        bytes: payload.length,
      });
      cut?.settle();
      behind?.settle();
      assert.equal((await connection.expect("puback")).messageId, 1);
      assert.equal((await connection.expect("puback")).messageId, 2);
      assert.equal(test.consumer.stats().oversize, 1);
    });
  }

  it("on MQTT 3.1.1 takes 256 MB messages with flat memory", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed({ protocol: 4 });
    await using _ = test;
    const head = Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61, 0, 7]);
    connection.sendBytes(head);
    const chunk = Buffer.alloc(1 << 20, "x");
    let peak = 0;
    for (let sent = head.length - 5; sent < 268_435_455; sent += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, 268_435_455 - sent));
      if (!connection.socket.write(part))
        await new Promise((resolve) => connection.socket.once("drain", resolve));
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    }
    const { message, settle } = await test.sink.next();
    assert.equal(message.cutFromBytes, 268_435_455 - 5);
    // Read buffers wait for the garbage collector, which has no hurry; the message would be 256 MB.
    assert(peak < 160 * (1 << 20), `${peak} bytes held`);
    settle();
    assert.equal((await connection.expect("puback")).messageId, 7);
  });

  it("leaves MQTT 3.1.1 over a violation without a DISCONNECT, which has no reasons there", async () => {
    const { test, connection } = await ConsumerUnderTest.subscribed({ protocol: 4 });
    await using _ = test;
    connection.sendBytes(Buffer.from([0x36, 5, 0, 1, 0x61, 0, 1]));
    await connection.closed;
    assert.deepEqual(connection.unread, []);
    assert.equal((await test.event("lost")).error.code, "CONCHE_BROKER_PROTOCOL");
  });
});
