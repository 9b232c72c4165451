import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type IConnackPacket, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { REASON } from "../../../src/mqtt/reason-codes.ts";
import { writtenProperties } from "../../../src/mqtt/wire/message-properties.ts";
import { PacketOutput } from "../../../src/mqtt/wire/packet-output.ts";
import { type OutgoingPublish, publishLength, writePublish } from "../../../src/mqtt/wire/publish-writer.ts";
import {
  PACKET,
  writeAcknowledgement,
  writeConnack,
  writeDisconnect,
  writeRefusal,
  writeSuback,
} from "../../../src/mqtt/wire/response-writer.ts";

function written(write: (output: PacketOutput) => void): Buffer {
  const output = new PacketOutput();
  write(output);
  const { length } = output;
  const bytes = Buffer.concat(output.take());
  assert.deepEqual([bytes.length, output.length], [length, 0]);
  return bytes;
}

/** What another reader of the protocol makes of it. */
function parsed<Kind extends Packet>(bytes: Buffer, protocolVersion: number): Kind {
  const packets: Packet[] = [];
  const parse = parser({ protocolVersion });
  parse.on("packet", (packet) => packets.push(packet));
  parse.on("error", (error) => assert.fail(error));
  assert.equal(parse.parse(bytes), 0, "no bytes are left over");
  assert.equal(packets.length, 1);
  return packets[0] as Kind;
}

const LIMITS = {
  sessionExpirySeconds: undefined,
  receiveMaximum: 1_000,
  maximumPacketSize: 1_048_576,
  assignedClientId: undefined,
  topicAliasMaximum: 16,
  keepAliveSeconds: undefined,
};

test("a CONNACK says what the broker takes, in the words of the client's version", () => {
  const more = {
    sessionExpirySeconds: 4_000_000_000,
    assignedClientId: "é".repeat(100),
    keepAliveSeconds: 600,
  };
  const full = parsed<IConnackPacket>(
    written((output) => writeConnack(output, 5, true, { ...LIMITS, ...more })),
    5,
  );
  assert.equal(full.sessionPresent, true);
  assert.deepEqual(
    { ...full.properties },
    {
      receiveMaximum: 1_000,
      maximumPacketSize: 1_048_576,
      topicAliasMaximum: 16,
      sessionExpiryInterval: 4_000_000_000,
      assignedClientIdentifier: more.assignedClientId,
      serverKeepAlive: 600,
    },
  );
  assert.deepEqual(
    written((output) => writeConnack(output, 4, true, LIMITS)),
    Buffer.from([0x20, 2, 1, 0]),
  );
  assert.deepEqual(
    written((output) => writeConnack(output, 3, true, LIMITS)),
    Buffer.from([0x20, 2, 0, 0]),
  );
});

test("refusals and acknowledgements are well formed in each protocol version", () => {
  for (const detail of [undefined, "short", "x".repeat(200)]) {
    const connack = parsed<IConnackPacket>(
      written((output) => writeRefusal(output, 5, REASON.NOT_AUTHORIZED, detail)),
      5,
    );
    assert.deepEqual([connack.reasonCode, connack.properties?.reasonString], [0x87, detail]);
    for (const first of [PACKET.PUBACK, PACKET.PUBREC, PACKET.PUBREL, PACKET.PUBCOMP]) {
      const reason = first === PACKET.PUBREL || first === PACKET.PUBCOMP ? 0x92 : 0x97;
      const bytes = written((output) => writeAcknowledgement(output, first, 5, 513, reason, detail));
      const ack = parsed<Packet & { messageId?: number; reasonCode?: number }>(bytes, 5);
      assert.deepEqual([ack.messageId, ack.reasonCode], [513, reason]);
      const old = written((output) => writeAcknowledgement(output, first, 4, 513, reason, detail));
      assert.deepEqual(old, Buffer.from([first, 2, 2, 1]));
    }
    const disconnect = parsed<Packet & { reasonCode?: number }>(
      written((output) => writeDisconnect(output, REASON.QUOTA_EXCEEDED, detail)),
      5,
    );
    assert.deepEqual([disconnect.cmd, disconnect.reasonCode], ["disconnect", 0x97]);
  }
  const codes = [
    [REASON.CLIENT_IDENTIFIER_NOT_VALID, 2],
    [REASON.SERVER_UNAVAILABLE, 3],
    [REASON.BAD_USER_NAME_OR_PASSWORD, 4],
    [REASON.NOT_AUTHORIZED, 5],
    [REASON.QOS_NOT_SUPPORTED, 5],
  ] as const;
  for (const [reason, returnCode] of codes) {
    const bytes = written((output) => writeRefusal(output, 4, reason, "detail"));
    assert.equal(parsed<IConnackPacket>(bytes, 4).returnCode, returnCode);
  }
});

test("[MQTT-3.9.3-1] a SUBACK has a code for each filter; 3.1.1 knows one failure, and no codes of UNSUBACK", () => {
  const suback = (version: number) =>
    written((output) => writeSuback(output, PACKET.SUBACK, version, 7, [0, 1, 2, 0x87, 0x97]));
  assert.deepEqual(suback(5), Buffer.from([0x90, 8, 0, 7, 0, 0, 1, 2, 0x87, 0x97]));
  assert.deepEqual(suback(4), Buffer.from([0x90, 7, 0, 7, 0, 1, 2, 0x80, 0x80]));
  const unsuback = (version: number) =>
    written((output) => writeSuback(output, PACKET.UNSUBACK, version, 7, [0, 0x11]));
  assert.deepEqual(unsuback(5), Buffer.from([0xb0, 5, 0, 7, 0, 0, 0x11]));
  assert.deepEqual(unsuback(4), Buffer.from([0xb0, 2, 0, 7]));
});

test("a reason in words is cut to what the client takes, never within a character", () => {
  const bytes = written((output) =>
    writeAcknowledgement(output, PACKET.PUBACK, 5, 1, 0, "é".repeat(400), 301),
  );
  assert.ok(bytes.length <= 301);
  const text = parsed<Packet & { properties?: { reasonString?: string } }>(bytes, 5).properties?.reasonString;
  assert.match(text ?? "", /^é{142}$/);
});

test("a PUBLISH is read by others as it was meant, and as long as it was said to be", () => {
  const text = fc.string({ minLength: 1, maxLength: 50, unit: "grapheme" });
  const properties = fc.record(
    {
      contentType: text,
      responseTopic: text,
      payloadFormatIndicator: fc.boolean(),
      correlationData: fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    },
    { requiredKeys: [] },
  );
  const userProperties = fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), {
    minKeys: 1,
    maxKeys: 5,
    noNullPrototype: true,
  });
  const publish = fc.record({
    version: fc.constantFrom(4, 5),
    qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    retain: fc.boolean(),
    dup: fc.boolean(),
    topicAlias: fc.constantFrom(0, 0, 7),
    expirySeconds: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
    subscriptionIdentifiers: fc.array(fc.integer({ min: 1, max: 268_435_455 }), { maxLength: 3 }),
    payload: fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(
    fc.property(text, publish, properties, fc.option(userProperties), (topic, more, given, users) => {
      const outgoing: OutgoingPublish = {
        ...more,
        topic: Buffer.from(topic),
        packetId: more.qos === 0 ? 0 : 77,
        properties: writtenProperties(given, users ?? undefined),
      };
      const bytes = written((output) => writePublish(output, outgoing));
      assert.equal(bytes.length, publishLength(outgoing));
      const packet = parsed<IPublishPacket>(bytes, more.version);
      assert.deepEqual(
        [packet.topic, packet.qos, packet.retain, packet.dup, packet.messageId ?? 0],
        [topic, more.qos, more.retain, more.dup, outgoing.packetId],
      );
      assert.deepEqual(Buffer.from(packet.payload as Buffer), more.payload);
      if (more.version < 5) return;
      const { subscriptionIdentifier: ids, userProperties: read, ...others } = packet.properties ?? {};
      assert.deepEqual([ids ?? []].flat(), more.subscriptionIdentifiers);
      assert.deepEqual({ ...read }, { ...users });
      assert.deepEqual(others, {
        ...given,
        ...(more.topicAlias === 0 ? {} : { topicAlias: 7 }),
        ...(more.expirySeconds === undefined ? {} : { messageExpiryInterval: more.expirySeconds }),
      });
    }),
    { numRuns: 300 },
  );
});
