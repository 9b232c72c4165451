import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import { startBroker, TOPIC } from "./broker-under-test.ts";
import { RawClient } from "./raw-client.ts";

/** Texts that are no UTF-8 (RFC 3629): a lone byte, an overlong slash, half of a surrogate pair, one cut short. */
const ILL_FORMED = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]] as const;
const MARK = "????";

/** The packet with bytes that aren't UTF-8 in the place of its question marks. */
function withBytes(packet: Packet, version: 4 | 5, bytes: readonly number[]): Buffer {
  const whole = generate(packet, { protocolVersion: version });
  const at = whole.indexOf(MARK);
  assert.ok(at > 0);
  whole.fill(0x61, at, at + MARK.length);
  Buffer.from(bytes).copy(whole, at);
  return whole;
}

const publish = { cmd: "publish", payload: "{}", qos: 1, messageId: 1, retain: false, dup: false } as const;
const PACKETS: Readonly<Record<string, Packet>> = {
  "a topic": { ...publish, topic: `factory/${MARK}` },
  "a topic with properties": { ...publish, topic: `a/${MARK}`, properties: { contentType: "x" } },
  "a filter": { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: `a/${MARK}`, qos: 1 }] },
  "a filter to unsubscribe from": { cmd: "unsubscribe", messageId: 1, unsubscriptions: [`a/${MARK}`] },
};
const PROPERTIES: Readonly<Record<string, Packet>> = {
  "a user property": { ...publish, topic: TOPIC, properties: { userProperties: { name: MARK } } },
  "a response topic": { ...publish, topic: TOPIC, properties: { responseTopic: MARK } },
};

for (const version of [4, 5] as const) {
  const cases = version === 5 ? { ...PACKETS, ...PROPERTIES } : PACKETS;
  for (const [name, packet] of Object.entries(cases)) {
    test(`MQTT ${version}: ${name} that is not UTF-8 ends the connection, and is said`, async (t) => {
      const { port, sink, broker, events } = await startBroker(t);
      for (const bytes of ILL_FORMED) {
        const client = await RawClient.connected(port, version, "odd");
        client.publish(TOPIC, "before", 1, 7);
        assert.equal((await client.expect("puback")).messageId, 7);
        client.write(withBytes(packet, version, bytes));
        const answer = await client.next();
        assert.equal(answer?.reasonCode, version === 5 ? 0x81 : undefined);
        await client.closed;
      }
      assert.deepEqual([...new Set(sink.texts())], ["before"]);
      if (packet.cmd !== "publish") return;
      const refused = events.flatMap((event) => (event.kind === "publish-refused" ? [event.detail] : []));
      assert.equal(broker.stats().publishesRefused.malformed, ILL_FORMED.length);
      assert.match(refused[0] ?? "", /not UTF-8: .*\\xff/);
    });
  }

  test(`MQTT ${version}: a client identifier that is not UTF-8 is refused`, async (t) => {
    const { port, reported, broker } = await startBroker(t);
    for (const bytes of ILL_FORMED) {
      const client = RawClient.open(port, version);
      const connect = { cmd: "connect", protocolId: "MQTT", protocolVersion: version, clean: true } as const;
      client.write(withBytes({ ...connect, keepalive: 0, clientId: MARK }, version, bytes));
      await client.closed;
    }
    assert.match((await reported("connection-refused")).detail, /not UTF-8/);
    assert.equal(broker.stats().connected, 0);
  });

  test(`MQTT ${version}: the replacement character itself is text like any other`, async (t) => {
    const { port, sink } = await startBroker(t);
    const client = await RawClient.connected(port, version, "well-\ufffd-formed");
    client.publish("a/\ufffd", "plain", 1, 1);
    client.publish("a/\ufffd", "again", 1, 2, { dup: true });
    await sink.have(2);
    assert.deepEqual(
      sink.accepted.map(({ message }) => message.topic),
      ["a/\ufffd", "a/\ufffd"],
    );
  });
}
