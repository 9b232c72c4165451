import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  CUT_PACKET_BYTES,
  type Frame,
  FrameSplitter,
} from "../../../src/adapters/mqtt-packet/frame-splitter.ts";

const LIMIT = 1024 * 1024;

/** A packet of this type and body length, filled with a pattern. */
function packet(type: number, bodyLength: number): Buffer {
  const length: number[] = [];
  let rest = bodyLength;
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  // PUBREL, SUBSCRIBE and UNSUBSCRIBE have a flag of their own [MQTT-2.1.3-1].
  const first = (type << 4) | ([6, 8, 10].includes(type) ? 2 : 0);
  return Buffer.concat([Buffer.from([first, ...length]), Buffer.alloc(bodyLength, bodyLength % 251)]);
}

function split(chunks: readonly Buffer[], limit = LIMIT): Frame[] {
  const frames: Frame[] = [];
  // A copy, as frames may share the memory of their chunk.
  const splitter = new FrameSplitter(limit, (frame) => {
    frames.push({ ...frame, bytes: Buffer.from(frame.bytes) });
  });
  for (const chunk of chunks) splitter.push(chunk);
  return frames;
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}

describe("FrameSplitter", () => {
  it("gives the same packets however the network cuts the stream", () => {
    const sizes = fc.oneof(fc.nat(5), fc.nat(300), fc.nat(40_000));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 15 }), sizes), { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (shapes, places) => {
          const packets = shapes.map(([type, size]) => packet(type, size));
          const frames = split(cutAt(Buffer.concat(packets), places));
          assert.deepEqual(
            frames.map(({ bytes }) => bytes),
            packets,
          );
          for (const [index, frame] of frames.entries()) {
            assert.equal(frame.totalBytes, packets[index]?.length);
            assert.equal(frame.bytes.length - frame.bodyStart, shapes[index]?.[1]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives the same packets byte by byte", () => {
    const packets = [
      packet(3, 0),
      packet(13, 0),
      packet(3, 127),
      packet(3, 128),
      packet(4, 2),
      packet(3, 16_384),
    ];
    const frames = split(Array.from(Buffer.concat(packets), (byte) => Buffer.from([byte])));
    assert.deepEqual(
      frames.map(({ bytes }) => bytes),
      packets,
    );
  });

  it("refuses what isn't a PUBLISH and is over the limit as soon as its length is known", () => {
    const header = Buffer.from([0x90, 0xff, 0xff, 0xff, 0x7f]); // 256 MB
    assert.throws(() => split([header.subarray(0, 3), header.subarray(3)]), { reasonCode: 0x95 });
    assert.throws(() => split([packet(9, 98)], 99), { reasonCode: 0x95 });
    assert.equal(split([packet(9, 97)], 99).length, 1);
  });

  it("refuses a length of more than four bytes", () => {
    assert.throws(() => split([Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])]), { reasonCode: 0x81 });
  });

  it("cuts a PUBLISH over the limit, keeps its beginning, and goes on behind it", () => {
    const big = packet(3, 5 * CUT_PACKET_BYTES);
    const behind = packet(3, 10);
    const stream = Buffer.concat([behind, big, behind, big, behind]);
    const chunks = cutAt(
      stream,
      Array.from({ length: stream.length / 65_536 }, (_, index) => index * 65_536),
    );
    const frames = split(chunks, CUT_PACKET_BYTES);
    assert.deepEqual(
      frames.map((frame) => [frame.totalBytes, frame.bytes.length]),
      [
        [12, 12],
        [big.length, CUT_PACKET_BYTES],
        [12, 12],
        [big.length, CUT_PACKET_BYTES],
        [12, 12],
      ],
    );
    assert.deepEqual(frames[1]?.bytes, big.subarray(0, CUT_PACKET_BYTES));
    assert.deepEqual(split([stream], CUT_PACKET_BYTES), frames);
  });
});
