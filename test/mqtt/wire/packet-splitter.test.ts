import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PacketSplitter } from "../../../src/mqtt/wire/packet-splitter.ts";
import { ProtocolViolation } from "../../../src/mqtt/wire/protocol-violation.ts";

const LONGEST = 20_000;

/** A packet of the type with so many bytes behind its fixed header. */
function packet(first: number, body: number): Buffer {
  const length: number[] = [];
  for (let rest = body; ; rest >>= 7) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest & 127) | 128);
  }
  return Buffer.concat([Buffer.from([first, ...length]), Buffer.alloc(body, body % 251)]);
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}

function splitterInto(found: Buffer[], after?: (splitter: PacketSplitter) => void): PacketSplitter {
  const splitter: PacketSplitter = new PacketSplitter(LONGEST, (bytes, start, bodyStart, end) => {
    const whole = Buffer.from(bytes.subarray(start, end));
    assert.deepEqual(bytes.subarray(bodyStart, end), whole.subarray(bodyStart - start));
    found.push(whole);
    after?.(splitter);
  });
  return splitter;
}

const packets = fc.array(
  fc
    .tuple(
      fc.constantFrom(0x10, 0x30, 0x32, 0x3d, 0x40, 0x62, 0x82, 0xc0, 0xe0),
      fc.oneof(fc.nat(3), fc.nat(19_000)),
    )
    .map(([first, body]) => packet(first, body)),
  { maxLength: 8 },
);

describe("PacketSplitter", () => {
  it("gives each packet whole, in order, however the network cuts the stream, and pauses where it is told to", () => {
    fc.assert(
      fc.property(packets, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), (all, places, pausing) => {
        const found: Buffer[] = [];
        const splitter = splitterInto(found, (each) => pausing && each.pause());
        for (const chunk of cutAt(Buffer.concat(all), places)) splitter.push(chunk);
        if (pausing) assert.equal(found.length, Math.min(1, all.length));
        for (let more = 0; pausing && more < all.length; more++) splitter.resume();
        assert.deepEqual(found, all);
      }),
    );
  });

  it("refuses a packet that is too long as soon as its length has come, and a length of five bytes", () => {
    const violation = (hex: string) => {
      try {
        splitterInto([]).push(Buffer.from(hex, "hex"));
      } catch (error) {
        return error instanceof ProtocolViolation ? error.reasonCode : error;
      }
      return undefined;
    };
    assert.equal(violation("32a19c01"), 0x95);
    assert.equal(violation("32ffffffff"), 0x81);
    assert.equal(violation("329c9c"), undefined, "its length is not known yet");
  });

  it("[MQTT-2.1.3-1] [MQTT-3.3.1-4] refuses by the first byte what can't begin a packet", () => {
    const flagged = new Set([6, 8, 10]);
    for (let first = 0; first < 256; first++) {
      const [type, flags] = [first >> 4, first & 15];
      const fine = type === 3 ? (flags & 6) !== 6 : type > 0 && flags === (flagged.has(type) ? 2 : 0);
      const push = () => splitterInto([]).push(Buffer.from([first]));
      if (fine) assert.doesNotThrow(push);
      else assert.throws(push, { reasonCode: 0x81 });
    }
  });
});
