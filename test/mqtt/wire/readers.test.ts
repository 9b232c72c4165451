import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generate, type IConnectPacket, type IPublishPacket, type Packet } from "mqtt-packet";
import { readConnect } from "../../../src/mqtt/wire/connect-reader.ts";
import { FieldReader } from "../../../src/mqtt/wire/field-reader.ts";
import { readMessageProperties } from "../../../src/mqtt/wire/message-properties.ts";
import { ProtocolViolation } from "../../../src/mqtt/wire/protocol-violation.ts";
import {
  readAcknowledgement,
  readDisconnect,
  readSubscribe,
  readUnsubscribe,
} from "../../../src/mqtt/wire/request-reader.ts";

/** Where the variable header begins. */
function bodyStart(bytes: Buffer): number {
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

/** A reader of what another writer of the protocol has made of the packet. */
function readerOf(packet: Packet, protocolVersion: 4 | 5): FieldReader {
  const bytes = generate(packet, { protocolVersion });
  return new FieldReader(bytes, bodyStart(bytes), bytes.length);
}

const text = fc
  .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
  .filter((each) => !each.includes("\0"));
const users = fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), {
  minKeys: 1,
  maxKeys: 4,
  noNullPrototype: true,
});
const messageProperties = fc.record(
  {
    payloadFormatIndicator: fc.boolean(),
    messageExpiryInterval: fc.integer({ min: 0, max: 4_294_967_295 }),
    contentType: text,
    responseTopic: text.filter((topic) => !/[+#]/.test(topic)),
    correlationData: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    userProperties: users,
  },
  { requiredKeys: [] },
);
const version = fc.constantFrom<4 | 5>(4, 5);
const identifier = fc.integer({ min: 1, max: 65_535 });

test("a CONNECT is read as it was meant", () => {
  const will = fc.record({
    topic: text,
    payload: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    retain: fc.boolean(),
  });
  const connect = fc.record({
    clientId: text,
    clean: fc.boolean(),
    keepalive: fc.nat(65_535),
    username: fc.option(text, { nil: undefined }),
    will: fc.option(will, { nil: undefined }),
  });
  const properties = fc.record(
    {
      sessionExpiryInterval: fc.integer({ min: 0, max: 4_294_967_295 }),
      receiveMaximum: fc.integer({ min: 1, max: 65_535 }),
      maximumPacketSize: fc.integer({ min: 1, max: 4_294_967_295 }),
      topicAliasMaximum: fc.nat(65_535),
      requestProblemInformation: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      version,
      connect,
      properties,
      messageProperties,
      fc.nat(1_000),
      (protocol, given, more, of, delay) => {
        const five = protocol === 5;
        const packet: IConnectPacket = {
          cmd: "connect",
          protocolId: "MQTT",
          protocolVersion: protocol,
          clean: given.clean,
          clientId: given.clientId,
          keepalive: given.keepalive,
          ...(given.username === undefined
            ? {}
            : { username: given.username, password: Buffer.from(given.username) }),
          ...(five ? { properties: more } : {}),
          ...(given.will === undefined
            ? {}
            : {
                will: { ...given.will, ...(five ? { properties: { ...of, willDelayInterval: delay } } : {}) },
              }),
        };
        const bytes = generate(packet);
        const read = readConnect(bytes, bodyStart(bytes), bytes.length);
        const { clean, clientId, keepAlive, username, password } = read;
        assert.deepEqual(
          { clean, clientId, keepalive: keepAlive, username, will: undefined },
          { ...given, will: undefined },
        );
        assert.equal(password?.toString(), given.username);
        assert.equal(read.sessionExpiryInterval, five ? (more.sessionExpiryInterval ?? 0) : 0);
        assert.equal(read.receiveMaximum, five ? (more.receiveMaximum ?? 65_535) : 65_535);
        const problem = more.requestProblemInformation ?? true;
        assert.equal(read.requestProblemInformation, five ? problem : true);
        if (given.will === undefined) return assert.equal(read.will, undefined);
        const { properties: carried, delaySeconds, ...willRead } = read.will ?? {};
        assert.deepEqual(willRead, { ...given.will });
        if (!five) return;
        assert.equal(delaySeconds, delay);
        const { userProperties, ...others } = carried?.delivered ?? {};
        const { userProperties: wanted, ...wantedOthers } = of;
        assert.deepEqual(others, wantedOthers);
        assert.deepEqual({ ...userProperties }, { ...wanted });
      },
    ),
  );
});

test("[MQTT-3.3.2-18] the properties of a PUBLISH are read as they were meant, and passed on but for alias and expiry", () => {
  fc.assert(
    fc.property(messageProperties, fc.option(identifier), (given, alias) => {
      const publish: IPublishPacket = {
        cmd: "publish",
        topic: "t",
        payload: "",
        qos: 0,
        retain: false,
        dup: false,
        properties: { ...given, ...(alias === null ? {} : { topicAlias: alias }) },
      };
      const reader = readerOf(publish, 5);
      reader.at += 3;
      const { properties, topicAlias } = readMessageProperties(reader, "publish");
      assert.equal(reader.at, reader.end);
      assert.equal(topicAlias ?? null, alias);
      const { userProperties, ...others } = properties?.delivered ?? {};
      const { userProperties: wanted, ...wantedOthers } = given;
      assert.deepEqual(others, wantedOthers);
      assert.deepEqual({ ...userProperties }, { ...wanted });
      assert.equal(properties?.expirySeconds, given.messageExpiryInterval);
      const { messageExpiryInterval: _, ...passed } = given;
      const again = readerOf({ ...publish, properties: passed }, 5);
      again.at += 3;
      const bytes = properties?.bytes.subarray(properties.start, properties.end) ?? Buffer.alloc(0);
      assert.deepEqual(bytes, again.bytes.subarray(again.at + (bytes.length < 128 ? 1 : 2)));
      const before = properties?.delivered;
      properties?.keep();
      assert.deepEqual(properties?.delivered, before);
    }),
  );
});

test("user properties keep their order, the same name several times, and names that objects have", () => {
  const pair = (name: string, value: string) => {
    const half = (part: string) => Buffer.concat([Buffer.from([0, part.length]), Buffer.from(part)]);
    return Buffer.concat([Buffer.from([38]), half(name), half(value)]);
  };
  const section = Buffer.concat([pair("b", "1"), pair("__proto__", "2"), pair("b", "3"), pair("1", "4")]);
  const reader = new FieldReader(
    Buffer.concat([Buffer.from([section.length]), section]),
    0,
    section.length + 1,
  );
  const { properties } = readMessageProperties(reader, "publish");
  assert.deepEqual(properties?.bytes.subarray(properties.start, properties.end), section);
  const entries = Object.entries(properties?.delivered.userProperties ?? {});
  assert.deepEqual(entries.toSorted(), [
    ["1", "4"],
    ["__proto__", "2"],
    ["b", ["1", "3"]],
  ]);
});

test("SUBSCRIBE, UNSUBSCRIBE, acknowledgements and DISCONNECT are read as they were meant", () => {
  const subscription = fc.record({
    topic: text,
    qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    nl: fc.boolean(),
    rap: fc.boolean(),
    rh: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  });
  const filters = fc.array(subscription, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(version, identifier, filters, fc.nat(1_000), (protocol, messageId, subscriptions, id) => {
      const five = protocol === 5;
      const properties = five && id > 0 ? { properties: { subscriptionIdentifier: id } } : {};
      const subscribe = readerOf({ cmd: "subscribe", messageId, subscriptions, ...properties }, protocol);
      assert.deepEqual(readSubscribe(subscribe, protocol), {
        packetId: messageId,
        subscriptionIdentifier: five ? id : 0,
        subscriptions: subscriptions.map(({ topic, qos, nl, rap, rh }) => ({
          filter: topic,
          qos,
          noLocal: five && nl,
          retainAsPublished: five && rap,
          retainHandling: five ? rh : 0,
        })),
      });
      const unsubscriptions = subscriptions.map(({ topic }) => topic);
      const unsubscribe = readerOf({ cmd: "unsubscribe", messageId, unsubscriptions }, protocol);
      assert.deepEqual(readUnsubscribe(unsubscribe, protocol), {
        packetId: messageId,
        filters: unsubscriptions,
      });
      const reasonCode = five ? 0x97 : 0;
      const puback = readerOf({ cmd: "puback", messageId, ...(five ? { reasonCode } : {}) }, protocol);
      assert.deepEqual(readAcknowledgement(puback, protocol, false), { packetId: messageId, reasonCode });
    }),
  );
  const left = { cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 9 } } as const;
  assert.deepEqual(readDisconnect(readerOf(left, 5), 5), { reasonCode: 4, sessionExpiryInterval: 9 });
  assert.deepEqual(readDisconnect(readerOf({ cmd: "disconnect" }, 4), 4), {
    reasonCode: 0,
    sessionExpiryInterval: undefined,
  });
});

/** What can't be, in hexadecimal behind the fixed header, and the reason that it ends the connection with. */
const WRONG: readonly [name: string, read: (reader: FieldReader) => unknown, hex: string, reason: number][] =
  [
    ["[MQTT-2.2.1-3] a SUBSCRIBE under 0", (reader) => readSubscribe(reader, 5), "0000 00 0001 61 00", 0x82],
    ["[MQTT-3.8.3-2] a SUBSCRIBE without a filter", (reader) => readSubscribe(reader, 5), "0001 00", 0x82],
    [
      "[MQTT-3.8.3-5] reserved bits of options",
      (reader) => readSubscribe(reader, 5),
      "0001 00 0001 61 40",
      0x81,
    ],
    ["reserved bits of options in 3.1.1", (reader) => readSubscribe(reader, 4), "0001 0001 61 04", 0x81],
    ["a subscription with QoS 3", (reader) => readSubscribe(reader, 5), "0001 00 0001 61 03", 0x81],
    ["retain handling 3", (reader) => readSubscribe(reader, 5), "0001 00 0001 61 30", 0x82],
    ["a subscription identifier of 0", (reader) => readSubscribe(reader, 5), "0001 02 0b00 0001 61 00", 0x82],
    ["a property twice", (reader) => readSubscribe(reader, 5), "0001 04 0b01 0b02 0001 61 00", 0x82],
    ["a property of another packet", (reader) => readUnsubscribe(reader, 5), "0001 02 0b01 0001 61", 0x82],
    ["a property nobody knows", (reader) => readUnsubscribe(reader, 5), "0001 02 7f01 0001 61", 0x81],
    [
      "[MQTT-3.10.3-2] an UNSUBSCRIBE without a filter",
      (reader) => readUnsubscribe(reader, 5),
      "0001 00",
      0x82,
    ],
    [
      "[MQTT-1.5.4-1] a filter that is no UTF-8",
      (reader) => readUnsubscribe(reader, 5),
      "0001 00 0001 ff",
      0x81,
    ],
    [
      "[MQTT-1.5.5-1] a length with a byte too many",
      (reader) => readUnsubscribe(reader, 5),
      "0001 8000 0001 61",
      0x81,
    ],
    ["a PUBACK with a reason of PUBREL", (reader) => readAcknowledgement(reader, 5, false), "0001 92", 0x81],
    ["a PUBREL with a reason of PUBACK", (reader) => readAcknowledgement(reader, 5, true), "0001 97", 0x81],
    ["a PUBACK of 3.1.1 with a reason", (reader) => readAcknowledgement(reader, 4, false), "0001 00", 0x81],
    ["a DISCONNECT with a reason of a server", (reader) => readDisconnect(reader, 5), "8b", 0x81],
    ["bytes behind a DISCONNECT", (reader) => readDisconnect(reader, 5), "00 00 00", 0x81],
    ["[MQTT-3.1.2-3] the reserved flag of CONNECT", connectOf, "0004 4d515454 05 03 000a 00 0001 61", 0x81],
    ["[MQTT-3.1.2-12] a will of QoS 3", connectOf, "0004 4d515454 05 1e 000a 00 0001 61", 0x81],
    ["[MQTT-3.1.2-11] QoS of no will", connectOf, "0004 4d515454 05 0a 000a 00 0001 61", 0x81],
    ["[MQTT-3.1.2-13] retain of no will", connectOf, "0004 4d515454 05 22 000a 00 0001 61", 0x81],
    ["a password without a user in 3.1.1", connectOf, "0004 4d515454 04 42 000a 0001 61 0001 62", 0x81],
    ["[MQTT-3.1.2-1] another protocol", connectOf, "0004 4d515455 05 02 000a 00 0001 61", 0x82],
    ["[MQTT-3.1.2-2] another version", connectOf, "0004 4d515454 06 02 000a 00 0001 61", 0x84],
    ["receive maximum 0", connectOf, "0004 4d515454 05 02 000a 03 210000 0001 61", 0x82],
    ["maximum packet size 0", connectOf, "0004 4d515454 05 02 000a 05 2700000000 0001 61", 0x82],
    ["request problem information 2", connectOf, "0004 4d515454 05 02 000a 02 1702 0001 61", 0x82],
    ["authentication data without a method", connectOf, "0004 4d515454 05 02 000a 04 16000161 0001 61", 0x82],
    ["bytes behind a CONNECT", connectOf, "0004 4d515454 05 02 000a 00 0001 61 61", 0x81],
  ];

function connectOf({ bytes, at, end }: FieldReader) {
  return readConnect(bytes, at, end);
}

for (const [name, read, hex, reason] of WRONG) {
  test(`${name} is refused with 0x${reason.toString(16)}`, () => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    assert.throws(
      () => read(new FieldReader(bytes, 0, bytes.length)),
      (error) => error instanceof ProtocolViolation && error.reasonCode === reason,
    );
  });
}

test("bytes of any kind are read or refused, and never read beyond their end", () => {
  const reads = [...new Set(WRONG.map(([, read]) => read))];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...reads), (random, read) => {
      const bytes = Buffer.concat([Buffer.from(random), Buffer.alloc(40, 0x01)]);
      try {
        read(new FieldReader(bytes, 0, random.length));
      } catch (error) {
        assert.ok(error instanceof ProtocolViolation, String(error));
      }
    }),
    { numRuns: 20_000 },
  );
});
