import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Packet, parser } from "mqtt-packet";
import { readConnect } from "../../../src/mqtt/wire/connect-reader.ts";
import { FieldReader } from "../../../src/mqtt/wire/field-reader.ts";
import { readDisconnect, readSubscribe } from "../../../src/mqtt/wire/request-reader.ts";
import {
  connectBytes,
  disconnectBytes,
  PINGREQ,
  subscribeBytes,
} from "../../../src/mqtt/wire/request-writer.ts";

const version = fc.constantFrom<4 | 5>(4, 5);
const text = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }).filter((each) => !/\0/.test(each));

/** What another reader of the protocol makes of the bytes: one packet, and nothing behind it. */
function packetIn(bytes: Buffer, protocolVersion: 4 | 5): Packet {
  const found: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on("packet", (packet) => found.push(packet));
  reader.on("error", assert.fail);
  assert.equal(reader.parse(bytes), 0);
  assert.equal(found.length, 1);
  return found[0] as Packet;
}

function bodyStart(bytes: Buffer): number {
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

test("a CONNECT says what it is told to, to our reader and to another", () => {
  const request = fc.record({
    protocolVersion: version,
    clientId: text,
    clean: fc.boolean(),
    keepAlive: fc.nat(65_535),
    username: fc.option(text, { nil: undefined }),
    password: fc.option(text, { nil: undefined }),
    sessionExpiryInterval: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0xffff_ffff })),
    receiveMaximum: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(request, (given) => {
      const { password, ...asked } =
        given.username === undefined && given.protocolVersion === 4
          ? { ...given, password: undefined }
          : given;
      const bytes = connectBytes({ ...asked, password });
      const read = readConnect(bytes, bodyStart(bytes), bytes.length);
      const five = asked.protocolVersion === 5;
      assert.equal(read.protocolVersion, asked.protocolVersion);
      assert.deepEqual(
        [read.clientId, read.clean, read.keepAlive, read.username, read.password?.toString(), read.will],
        [asked.clientId, asked.clean, asked.keepAlive, asked.username, password, undefined],
      );
      assert.deepEqual(
        [read.sessionExpiryInterval, read.receiveMaximum],
        five ? [asked.sessionExpiryInterval, asked.receiveMaximum] : [0, 65_535],
      );
      const other = packetIn(bytes, asked.protocolVersion);
      assert.ok(other.cmd === "connect");
      assert.deepEqual(
        [other.clientId, other.clean, other.keepalive, other.username, other.password?.toString()],
        [asked.clientId, asked.clean, asked.keepAlive, asked.username, password],
      );
    }),
  );
});

test("a SUBSCRIBE says what it is told to, in 3.1.1 the QoS alone", () => {
  const plainObjects = { noNullPrototype: true } as const;
  const subscription = fc.record(
    {
      filter: text,
      qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
      noLocal: fc.boolean(),
      retainAsPublished: fc.boolean(),
      retainHandling: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    },
    plainObjects,
  );
  const request = fc.record(
    {
      packetId: fc.integer({ min: 1, max: 65_535 }),
      subscriptionIdentifier: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 268_435_455 })),
      subscriptions: fc.array(subscription, { minLength: 1, maxLength: 5 }),
    },
    plainObjects,
  );
  fc.assert(
    fc.property(version, request, (protocol, asked) => {
      const bytes = subscribeBytes(protocol, asked);
      const read = readSubscribe(new FieldReader(bytes, bodyStart(bytes), bytes.length), protocol);
      const plain = { noLocal: false, retainAsPublished: false, retainHandling: 0 };
      assert.deepEqual(
        read,
        protocol === 5
          ? asked
          : {
              ...asked,
              subscriptionIdentifier: 0,
              subscriptions: asked.subscriptions.map((each) => ({ ...each, ...plain })),
            },
      );
      const other = packetIn(bytes, protocol);
      assert.ok(other.cmd === "subscribe");
      assert.deepEqual(
        other.subscriptions.map(({ topic, qos }) => [topic, qos]),
        asked.subscriptions.map(({ filter, qos }) => [filter, qos]),
      );
    }),
  );
});

test("PINGREQ and DISCONNECT, which gives a reason in MQTT 5 only", () => {
  assert.equal(packetIn(PINGREQ, 4).cmd, "pingreq");
  assert.deepEqual(disconnectBytes(4, 0x82), Buffer.from([0xe0, 0]));
  assert.deepEqual(disconnectBytes(5), Buffer.from([0xe0, 0]));
  const bytes = disconnectBytes(5, 0x82);
  assert.equal(readDisconnect(new FieldReader(bytes, 2, bytes.length), 5).reasonCode, 0x82);
  const other = packetIn(bytes, 5);
  assert.equal(other.cmd === "disconnect" && other.reasonCode, 0x82);
});

test("a text that has no place in a packet is refused, not cut", () => {
  const request = {
    protocolVersion: 5,
    clean: true,
    keepAlive: 0,
    sessionExpiryInterval: 0,
    receiveMaximum: 1,
  } as const;
  assert.throws(() => connectBytes({ ...request, clientId: "x".repeat(65_536) }), RangeError);
  assert.doesNotThrow(() => connectBytes({ ...request, clientId: "x".repeat(65_535) }));
});
