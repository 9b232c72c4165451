import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { PlainPublishes } from "../../../src/adapters/aedes/plain-publishes.ts";

/** What came out: a publish, the name of another packet, or the end at the first thing that can't be a packet. */
type Event = readonly unknown[];

const END: Event = ["end"];
const LONGEST = 80_000;

function eventOf(packet: Packet): Event {
  if (packet.cmd !== "publish") return [packet.cmd];
  const { topic, qos, retain, messageId = 0, properties } = packet;
  const payload = Buffer.from(packet.payload as Uint8Array).toString("hex");
  const given = Object.keys(properties ?? {}).length > 0 ? JSON.stringify(properties) : undefined;
  return [topic, payload, qos, retain, messageId, given];
}

/** The measure: the parser alone. */
function byParser(chunks: readonly Buffer[], protocolVersion: number): Event[] {
  const events: Event[] = [];
  const measure = parser({ protocolVersion }) as ReturnType<typeof parser> & { _pos: number };
  const end = () => {
    if (events.at(-1) !== END) events.push(END);
  };
  measure.on("packet", (packet) => {
    if (events.at(-1) === END) return;
    if (measure._pos > (packet.length ?? 0)) end();
    else events.push(eventOf(packet));
  });
  measure.on("error", end);
  try {
    for (const chunk of chunks) if (events.at(-1) !== END) measure.parse(chunk);
  } catch {
    end();
  }
  return events;
}

/** Plain ones picked out before the parser, and how many that were. */
function withPlainPickedOut(chunks: readonly Buffer[], protocolVersion: number): [Event[], number] {
  const events: Event[] = [];
  let plain = 0;
  const rest = parser({ protocolVersion }) as ReturnType<typeof parser> & { _pos: number };
  const end = () => {
    if (events.at(-1) !== END) events.push(END);
  };
  const publishes = new PlainPublishes(
    {
      get takesPlain() {
        return events.at(-1) !== END;
      },
      accessEpoch: 0,
      topicIsFine: (topic) => topic !== "" && !topic.includes("#"),
      plain: (topic, payload, qos, retain, messageId) => {
        plain++;
        events.push([topic, payload.toString("hex"), qos, retain, messageId, undefined]);
      },
    },
    (piece) => {
      if (events.at(-1) !== END) rest.parse(piece);
    },
    () => LONGEST,
    () => protocolVersion === 5,
  );
  rest.on("packet", (packet) => {
    if (events.at(-1) === END) return;
    if (rest._pos > (packet.length ?? 0)) end();
    else events.push(eventOf(packet));
  });
  rest.on("error", end);
  try {
    for (const chunk of chunks) publishes.take(chunk);
  } catch {
    end();
  }
  return [events, plain];
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}

/** Cut where each packet ends by its length; a length that can't be is left to the parser with all that follows. */
function packetsOf(bytes: Buffer): Buffer[] {
  const cuts: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let digits = 0;
    let digit = 0x80;
    while (digit >= 0x80 && digits < 4 && at + 1 + digits < bytes.length) {
      digit = bytes.readUInt8(at + 1 + digits);
      length += (digit & 0x7f) * 128 ** digits;
      digits++;
    }
    if (digit >= 0x80) break;
    at += 1 + digits + length;
    if (at <= bytes.length) cuts.push(at);
  }
  return cutAt(bytes, cuts);
}

const publish = fc
  .record({
    topic: fc.constantFrom("factory/a/b", "factory/a/c", "é/ö", "a/#", "x"),
    qos: fc.constantFrom(0, 1, 2),
    retain: fc.boolean(),
    dup: fc.boolean(),
    messageId: fc.integer({ min: 1, max: 65_535 }),
    size: fc.oneof(fc.nat(3), fc.nat(300), fc.integer({ min: 16_000, max: 17_000 }), fc.nat(79_000)),
    properties: fc.constantFrom({}, {}, { contentType: "application/json" }),
  })
  .map(({ size, ...packet }): IPublishPacket => {
    const qos = packet.qos as 0 | 1 | 2;
    return { ...packet, cmd: "publish", qos, payload: Buffer.alloc(size, size % 251) };
  });
const packets = fc.array(
  fc.oneof({ weight: 6, arbitrary: publish }, fc.constant<Packet>({ cmd: "pingreq" })),
  { maxLength: 8 },
);
const version = fc.constantFrom(4, 5);

function written(all: readonly Packet[], protocolVersion: number): Buffer {
  return Buffer.concat(all.map((packet) => generate(packet, { protocolVersion })));
}

describe("PlainPublishes", () => {
  it("gives what the parser gives, in its order, however the network cuts the stream", () => {
    fc.assert(
      fc.property(packets, version, fc.array(fc.nat(), { maxLength: 12 }), (all, protocol, places) => {
        const bytes = written(all, protocol);
        const [events] = withPlainPickedOut(cutAt(bytes, places), protocol);
        assert.deepEqual(events, byParser([bytes], protocol));
      }),
      { numRuns: 300 },
    );
  });

  it("gives what the parser gives of bytes that were changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const places = fc.array(fc.nat(), { maxLength: 5 });
    fc.assert(
      fc.property(packets, version, changes, places, (all, protocol, to, cuts) => {
        const bytes = written(all, protocol);
        for (const [at, value] of to) if (bytes.length > 0) bytes[at % Math.min(bytes.length, 60)] = value;
        const [events] = withPlainPickedOut(cutAt(bytes, cuts), protocol);
        assert.deepEqual(events, byParser(packetsOf(bytes), protocol));
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes the plain ones itself, and leaves the others to the parser", () => {
    const machine: IPublishPacket = {
      cmd: "publish",
      topic: "factory/a/b",
      payload: Buffer.from("{}"),
      qos: 1,
      messageId: 7,
      dup: false,
      retain: false,
    };
    const all: IPublishPacket[] = [
      machine,
      { ...machine, qos: 0 },
      { ...machine, dup: true },
      { ...machine, payload: Buffer.alloc(20_000) },
      { ...machine, qos: 2 },
      { ...machine, topic: "factory/#" },
      { ...machine, payload: Buffer.alloc(70_000) },
    ];
    for (const protocol of [4, 5]) {
      const bytes = written(all, protocol);
      const [whole, plain] = withPlainPickedOut([bytes], protocol);
      assert.deepEqual(whole, all.map(eventOf).map(withoutIdentifierAtQos0));
      assert.equal(plain, 4, "a long one in one piece is plain too");
      const [, inPieces] = withPlainPickedOut(cutAt(bytes, [bytes.length - 1]), protocol);
      assert.equal(inPieces, 3, "a long one in pieces is put together by the parser");
    }
  });

  it("doesn't let the parser wait with what it refuses by the first byte", () => {
    assert.deepEqual(withPlainPickedOut([Buffer.from([0xff])], 4)[0], [END]);
    assert.deepEqual(withPlainPickedOut([Buffer.from([0x36, 0xff])], 5)[0], [END]);
  });

  it("gives the same byte by byte", () => {
    const bytes = written(
      [
        {
          cmd: "publish",
          topic: "a",
          payload: Buffer.alloc(130),
          qos: 1,
          messageId: 1,
          dup: false,
          retain: true,
        },
        { cmd: "pingreq" },
        { cmd: "publish", topic: "a", payload: Buffer.alloc(0), qos: 0, dup: false, retain: true },
      ],
      5,
    );
    const [events, plain] = withPlainPickedOut(
      Array.from(bytes, (byte) => Buffer.from([byte])),
      5,
    );
    assert.deepEqual(events, byParser([bytes], 5));
    assert.equal(plain, 2);
  });

  it("does not take a packet that is over the limit", () => {
    const packet: IPublishPacket = {
      cmd: "publish",
      topic: "a",
      payload: Buffer.alloc(LONGEST),
      qos: 0,
      dup: false,
      retain: false,
    };
    const [events, plain] = withPlainPickedOut([written([packet], 4)], 4);
    assert.equal(plain, 0);
    assert.equal(events.length, 1, "the parser has it, and whoever watches it judges");
  });
});

function withoutIdentifierAtQos0(event: Event): Event {
  return event[2] === 0 ? event.with(4, 0) : event;
}
