import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConsumerUnderTest } from "./consumer-under-test.ts";

describe("MqttConsumer connecting", () => {
  it("asks MQTT 5 for a session that lasts, flow control and unaltered retain flags", async () => {
    await using test = await ConsumerUnderTest.start({ username: "plant", password: "secret" });
    const connection = await test.broker.connection();
    assert.equal(test.consumer.status().ready, false);
    const connect = await connection.acceptConnect();
    assert.equal(connect.protocolVersion, 5);
    assert.equal(connect.clientId, "datacenter");
    assert.equal(connect.clean, false);
    assert.equal(connect.keepalive, 30);
    assert.equal(connect.username, "plant");
    assert.equal(String(connect.password), "secret");
    assert.deepEqual(connect.properties, {
      sessionExpiryInterval: 7 * 24 * 3600,
      receiveMaximum: 1_000,
      topicAliasMaximum: 0,
    });
    assert.equal((await test.event("connected")).sessionPresent, false);
    assert.equal(test.consumer.status().ready, false);
    const subscribe = await connection.acceptSubscribe();
    assert.deepEqual(subscribe.subscriptions, [{ topic: "factory/#", qos: 1, nl: false, rap: true, rh: 1 }]);
    await test.event("subscribed");
    assert.deepEqual(test.consumer.status(), {
      ready: true,
      detail: `subscribed to factory/# at mqtt://127.0.0.1:${test.broker.port} as datacenter (MQTT 5, QoS 1)`,
    });
  });

  it("says so when the broker keeps the session for less than was asked", async () => {
    await using test = await ConsumerUnderTest.start();
    const connection = await test.broker.connection();
    await connection.acceptConnect({ properties: { sessionExpiryInterval: 3_600 } });
    const { detail } = await test.event("session-shortened");
    assert.match(detail, /for 3600 s where 604800 s were asked for/);
    await connection.acceptSubscribe();
    await test.event("subscribed");
  });

  it("asks MQTT 3.1.1 for a session that lasts", async () => {
    await using test = await ConsumerUnderTest.start({
      protocol: 4,
      filters: ["factory/tunis-01/#", "factory/+/x/#"],
    });
    const connection = await test.broker.connection();
    const connect = await connection.acceptConnect();
    assert.deepEqual([connect.protocolVersion, connect.clean, connect.properties], [4, false, undefined]);
    const subscribe = await connection.acceptSubscribe();
    assert.deepEqual(
      subscribe.subscriptions.map(({ topic, qos }) => [topic, qos]),
      [
        ["factory/tunis-01/#", 1],
        ["factory/+/x/#", 1],
      ],
    );
    await test.event("subscribed");
    assert.match(test.consumer.status().detail, /MQTT 3\.1\.1/);
  });

  it("says that a broker without MQTT 5 needs the other protocol", async () => {
    for (const answer of [Buffer.from([0x20, 2, 0, 1]), Buffer.from([0x20, 3, 0, 0x84, 0])]) {
      await using test = await ConsumerUnderTest.start();
      const connection = await test.broker.connection();
      await connection.expect("connect");
      connection.sendBytes(answer);
      const { error } = await test.event("refused");
      assert.equal(error.code, "CONCHE_BROKER_REFUSED");
      assert.match(error.hint, /3\.1\.1/);
      assert.match(test.consumer.status().detail, /does not speak MQTT 5.*3\.1\.1/);
    }
  });

  it("reports a refusal, and keeps asking with growing pauses", async () => {
    await using test = await ConsumerUnderTest.start({ retry: { firstMs: 100, longestMs: 400 } });
    const pauses: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      const connection = await test.broker.connection();
      await connection.acceptConnect({ reasonCode: 0x86, properties: { reasonString: "who are you" } });
      const { error, retryInMs } = await test.event("refused");
      assert.equal(error.code, "CONCHE_BROKER_REFUSED");
      assert.match(error.message, /0x86 bad user name or password: who are you/);
      assert.equal(error.retryable, false, "it is asked again, but somebody has to change something");
      assert.match(test.consumer.status().detail, /CONCHE_BROKER_REFUSED.*next attempt in/);
      pauses.push(retryInMs);
      await connection.closed;
      test.clock.advance(retryInMs ?? 0);
    }
    assert.deepEqual(pauses, [50, 100, 200, 200, 200]); // half of the bounds: the jitter draws 0.5
    await (await test.broker.connection()).acceptSubscriber();
    await test.event("subscribed");
    assert.equal(test.consumer.status().ready, true);
  });

  it("begins with small pauses again only after a connection that held", async () => {
    await using test = await ConsumerUnderTest.start({ retry: { firstMs: 100, longestMs: 10_000 } });
    const loseAfter = async (ms: number) => {
      const connection = await test.accept();
      test.clock.advance(ms);
      connection.socket.destroy();
      return (await test.reconnect()).retryInMs;
    };
    assert.equal(await loseAfter(0), 50);
    assert.equal(await loseAfter(9_999), 100);
    assert.equal(await loseAfter(9_999), 200);
    assert.equal(await loseAfter(10_000), 50);
    assert.equal(await loseAfter(0), 100);
  });

  it("reports a broker that isn't there, and sends nothing to it", async () => {
    const test = await ConsumerUnderTest.start();
    await test.broker[Symbol.asyncDispose]();
    await test.reconnect(); // The first connection may still have come about.
    const { error } = await test.event("lost");
    assert.equal(error.code, "CONCHE_BROKER_UNREACHABLE");
    assert.match(error.message, /ECONNREFUSED/);
    await assert.rejects(test.consumer.publish({ topic: "datacenter/x", payload: "", retain: false }), {
      code: "CONCHE_BROKER_UNREACHABLE",
      retryable: true,
    });
    await test.consumer.stop();
  });

  it("gives up on a broker that takes the connection and says nothing", async () => {
    await using test = await ConsumerUnderTest.start({ connectTimeoutMs: 5_000 });
    const connection = await test.broker.connection();
    await connection.expect("connect");
    test.clock.advance(5_000);
    const { error } = await test.event("lost");
    assert.match(error.message, /no answer within 5000 ms/);
    await connection.closed;
  });

  it("gives up on a broker that accepts and never answers the subscription", async () => {
    await using test = await ConsumerUnderTest.start({ connectTimeoutMs: 5_000 });
    const connection = await test.broker.connection();
    await connection.acceptConnect();
    await connection.expect("subscribe");
    test.clock.advance(5_000);
    assert.match((await test.event("lost")).error.message, /no answer/);
  });

  it("hints at TLS and protocol when the broker hangs up without an answer", async () => {
    await using test = await ConsumerUnderTest.start();
    const connection = await test.broker.connection();
    await connection.expect("connect");
    connection.socket.end();
    const { error } = await test.event("lost");
    assert.match(error.message, /without answering CONNECT/);
    assert.match(error.hint, /mqtts:\/\/.*MQTT 5/);
  });

  it("is not ready when QoS is downgraded, says so, keeps the connection and asks again", async () => {
    await using test = await ConsumerUnderTest.start({ filters: ["factory/a/#", "factory/b/#"] });
    const connection = await test.broker.connection();
    await connection.acceptConnect();
    await connection.acceptSubscribe([1, 0]);
    const first = await test.event("not-subscribed");
    assert.equal(first.error.code, "CONCHE_QOS_DOWNGRADED");
    assert.match(first.error.message, /factory\/b\/#: granted QoS 0, needs QoS 1/);
    assert.equal(test.consumer.status().ready, false);
    assert.match(test.consumer.status().detail, /CONCHE_QOS_DOWNGRADED/);

    connection.publish(0, "factory/b/x", "still stored", { qos: 0 });
    assert.equal((await test.sink.next()).text, "still stored");

    test.clock.advance(first.retryInMs);
    const again = await connection.acceptSubscribe([0x87]);
    assert.deepEqual(
      again.subscriptions.map(({ topic }) => topic),
      ["factory/b/#"],
    );
    const second = await test.event("not-subscribed");
    assert.equal(second.error.code, "CONCHE_BROKER_REFUSED");
    assert.match(second.error.message, /0x87 not authorized/);
    assert(second.retryInMs > first.retryInMs);
    test.clock.advance(second.retryInMs);
    await connection.acceptSubscribe();
    await test.event("subscribed");
    assert.equal(test.consumer.status().ready, true);
  });

  it("tells when the broker has lost the session, and not when it is the first one", async () => {
    await using test = await ConsumerUnderTest.start();
    (await test.accept(false)).socket.destroy();
    await test.reconnect();
    (await test.accept(true)).socket.destroy();
    await test.reconnect();
    const connection = await test.broker.connection();
    await connection.acceptConnect({ sessionPresent: false });
    assert.equal((await test.event("connected")).sessionPresent, false);
    assert.match((await test.event("session-lost")).detail, /no longer had our session/);
    assert.equal(test.consumer.stats().connections, 3);
  });

  it("passes on why an MQTT 5 broker ends the connection", async () => {
    await using test = await ConsumerUnderTest.start();
    const first = await test.accept();
    first.send({ cmd: "disconnect", reasonCode: 0x8e });
    const taken = (await test.reconnect()).error;
    assert.equal(taken.code, "CONCHE_CLIENT_ID_TAKEN");
    assert.match(taken.message, /client id "datacenter"/);
    assert.match(taken.hint, /--client-id/);
    const second = await test.accept();
    second.send({ cmd: "disconnect", reasonCode: 0x8b, properties: { reasonString: "upgrade" } });
    const shutdown = (await test.event("lost")).error;
    assert.equal(shutdown.code, "CONCHE_BROKER_UNREACHABLE");
    assert.match(shutdown.message, /server shutting down: upgrade/);
  });

  it("stops while it waits for its next attempt", async () => {
    const test = await ConsumerUnderTest.start();
    (await test.accept()).socket.destroy();
    const { retryInMs } = await test.event("lost");
    await test.consumer.stop();
    test.clock.advance((retryInMs ?? 0) + 100_000);
    assert.deepEqual(test.consumer.status(), { ready: false, detail: "stopped" });
    assert.equal(test.consumer.stats().connections, 1);
    await test[Symbol.asyncDispose]();
  });
});
