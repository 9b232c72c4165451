import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { FrameSplitter } from "../../../src/adapters/mqtt-packet/frame-splitter.ts";
import { type ReceivedPublish, readPublish } from "../../../src/adapters/mqtt-packet/publish-reader.ts";
import { ProtocolViolation } from "../../../src/mqtt/wire/protocol-violation.ts";

function read(bytes: Buffer, protocol: 4 | 5): ReceivedPublish {
  let result: ReceivedPublish | undefined;
  const splitter = new FrameSplitter(10_000_000, (frame) => {
    result = readPublish(frame, protocol);
  });
  splitter.push(bytes);
  assert(result !== undefined);
  return result;
}

/** Strings that mqtt-packet can write and read back: no lone surrogates, never empty (it takes those for absent). */
const text = fc
  .string({ minLength: 1, maxLength: 40, unit: "binary" })
  .filter((value) => value.isWellFormed());
const properties = fc.record(
  {
    payloadFormatIndicator: fc.boolean(),
    messageExpiryInterval: fc.integer({ min: 1, max: 0xffff_ffff }),
    responseTopic: text,
    correlationData: fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    subscriptionIdentifier: fc.integer({ min: 1, max: 268_435_455 }),
    contentType: text,
    userProperties: fc.dictionary(
      fc.oneof(text, fc.constantFrom("__proto__", "constructor", "boot", "seq")),
      fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })),
      { minKeys: 1, maxKeys: 4, noNullPrototype: false },
    ),
  },
  { requiredKeys: [] },
);
const publish = fc.record({
  topic: text,
  payload: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.boolean(),
  messageId: fc.integer({ min: 1, max: 65_535 }),
});

/** What mqtt-packet reads, in the form of ours. */
function readWithLibrary(bytes: Buffer, protocol: 4 | 5): ReceivedPublish {
  const found: Packet[] = [];
  const reader = parser({ protocolVersion: protocol });
  reader.on("packet", (each) => found.push(each));
  reader.on("error", assert.fail);
  assert.equal(reader.parse(bytes), 0);
  const packet = found[0] as IPublishPacket;
  const given = packet.properties ?? {};
  const kept: Record<string, unknown> = {};
  for (const name of [
    "contentType",
    "payloadFormatIndicator",
    "userProperties",
    "messageExpiryInterval",
    "responseTopic",
    "correlationData",
  ] as const) {
    if (given[name] !== undefined) kept[name] = given[name];
  }
  return {
    topic: packet.topic,
    packetId: packet.messageId ?? 0,
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup,
    payload: Buffer.from(packet.payload),
    cutFromBytes: undefined,
    properties: packet.properties === undefined ? undefined : kept,
  };
}

describe("readPublish", () => {
  it("reads what mqtt-packet reads, MQTT 5", () => {
    fc.assert(
      fc.property(publish, properties, (fields, given) => {
        const bytes = generate({ cmd: "publish", ...fields, properties: given }, { protocolVersion: 5 });
        assert.deepEqual(read(bytes, 5), readWithLibrary(bytes, 5));
      }),
      { numRuns: 1_000 },
    );
  });

  it("reads what mqtt-packet reads, MQTT 3.1.1", () => {
    fc.assert(
      fc.property(publish, (fields) => {
        const bytes = generate({ cmd: "publish", ...fields }, { protocolVersion: 4 });
        assert.deepEqual(read(bytes, 4), readWithLibrary(bytes, 4));
      }),
      { numRuns: 300 },
    );
  });

  it("takes any bytes for a message or a violation, and reads nothing from behind its packet", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 0x30, max: 0x3f }),
        fc.constantFrom(4 as const, 5 as const),
        (body, first, protocol) => {
          const bytes = Buffer.from([first, body.length, ...body]);
          try {
            const message = read(bytes, protocol);
            assert(Buffer.byteLength(message.topic, "latin1") + message.payload.length <= body.length);
          } catch (error) {
            assert(error instanceof ProtocolViolation, String(error));
          }
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("takes every truncation of a good packet for a violation or a shorter payload", () => {
    const bytes = generate(
      {
        cmd: "publish",
        topic: "factory/a",
        qos: 1,
        messageId: 7,
        dup: false,
        retain: false,
        payload: "",
        properties: { contentType: "application/json", userProperties: { schema: "telemetry/2" } },
      },
      { protocolVersion: 5 },
    );
    for (let length = 0; length < bytes.length - 2; length++) {
      const cut = Buffer.from(bytes.subarray(0, length + 2));
      cut[1] = length;
      assert.throws(() => read(cut, 5), ProtocolViolation, `${length} bytes`);
    }
    assert.equal(read(bytes, 5).packetId, 7);
  });

  it("passes over will properties that a broker has let through, and takes the rest", () => {
    // Will delay interval (24), which is none of PUBLISH; then a content type.
    const body = Buffer.from("\0\x01a\0\x01\x09\x18\0\0\0\x05\x03\0\x01jX", "latin1");
    const message = read(Buffer.concat([Buffer.from([0x32, body.length]), body]), 5);
    assert.equal(message.properties?.contentType, "j");
    assert.equal(message.payload.toString(), "X");
  });

  it("of a packet whose end was not kept, takes what is there", () => {
    const fields = { topic: "factory/a", qos: 1, messageId: 7, dup: false, retain: false } as const;
    const text = "x".repeat(60_000);
    const properties = { contentType: "a", userProperties: { one: text, two: text, three: text } };
    const whole = generate({ cmd: "publish", ...fields, payload: text, properties }, { protocolVersion: 5 });
    const payloadAt = whole.length - text.length;
    for (const kept of [100, payloadAt - 1, payloadAt, payloadAt + 10]) {
      const frame = { bytes: whole.subarray(0, kept), bodyStart: 4, totalBytes: whole.length };
      const message = readPublish(frame, 5);
      assert.deepEqual(
        [message.topic, message.packetId, message.cutFromBytes, message.payload.length],
        ["factory/a", 7, text.length, Math.max(0, kept - payloadAt)],
      );
      assert.equal(message.properties?.contentType, kept < payloadAt ? undefined : "a");
    }
  });

  it("refuses QoS 3, packet identifier 0, a topic alias, an unknown property", () => {
    assert.throws(() => read(Buffer.from([0x36, 5, 0, 1, 97, 0, 1]), 4), { reasonCode: 0x81 });
    assert.throws(() => read(Buffer.from([0x32, 5, 0, 1, 97, 0, 0]), 4), { reasonCode: 0x81 });
    assert.throws(() => read(Buffer.from([0x30, 7, 0, 1, 97, 3, 35, 0, 1]), 5), { reasonCode: 0x94 });
    assert.throws(() => read(Buffer.from([0x30, 6, 0, 1, 97, 2, 99, 0]), 5), { reasonCode: 0x81 });
  });

  it("keeps a user property named __proto__ as one like any other", () => {
    const body = Buffer.from("\0\x01a\x0f\x26\0\x09__proto__\0\x01x", "latin1");
    const message = read(Buffer.concat([Buffer.from([0x30, body.length]), body]), 5);
    assert.deepEqual(Object.keys(message.properties?.userProperties ?? {}), ["__proto__"]);
  });
});
