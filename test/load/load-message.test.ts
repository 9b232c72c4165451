import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parser } from "mqtt-packet";
import { PacketTemplate } from "../../src/adapters/mqtt-packet/packet-template.ts";
import { readPayload } from "../../src/contract/read-payload.ts";
import { isUpTopic, parseUpTopic, upTopic } from "../../src/contract/topic.ts";
import { loadMachine, loadPayload, shortestPayload } from "../../src/load/load-message.ts";
import { LOAD_TYPES } from "../../src/load/load-order.ts";

const BOOT = "01990c3c-7d3a-7a51-8000-0123456789ab";
const AT_MS = Date.parse("2026-01-11T08:00:00.123Z");

const kinds = fc.record({
  type: fc.constantFrom(...LOAD_TYPES),
  payloadVersion: fc.constantFrom(1 as const, 2 as const),
  identified: fc.boolean(),
  payloadBytes: fc.integer({ min: 1, max: 3_000 }),
});

/** The packet as a broker reads it. */
function published(bytes: Buffer, protocol: 4 | 5) {
  let found: { topic: string; payload: Buffer; messageId?: number } | undefined;
  const reader = parser({ protocolVersion: protocol });
  reader.on("packet", (packet) => {
    if (packet.cmd !== "publish") return;
    const { topic, payload, messageId } = packet;
    found = {
      topic,
      payload: Buffer.from(payload),
      ...(messageId === undefined ? {} : { messageId }),
    };
  });
  reader.parse(bytes);
  assert.ok(found !== undefined);
  return found;
}

describe("a message of a load", () => {
  it("fits the contract, has the size asked for, and says time and number that were written into it", () => {
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 1, max: 9_999_999_999 }),
        fc.integer({ min: 1, max: 65_535 }),
        fc.constantFrom(4 as const, 5 as const),
        fc.constantFrom(0 as const, 1 as const),
        (kind, seq, packetId, protocol, qos) => {
          const payload = loadPayload(kind, BOOT);
          assert.equal(payload.text.length, Math.max(kind.payloadBytes, shortestPayload(kind)));
          const topic = upTopic(loadMachine("load-01", 9), kind.type);
          const template = new PacketTemplate({ topic, payload, protocol, qos });
          template.stamp(new Date(AT_MS).toISOString());
          const bytes = Buffer.alloc(template.bytes.length + 7);
          assert.equal(template.write(bytes, 7, packetId, seq), template.bytes.length);
          const packet = published(bytes.subarray(7), protocol);
          assert.equal(packet.topic, topic);
          assert.equal(packet.messageId, qos === 0 ? undefined : packetId);
          const said = JSON.parse(packet.payload.toString());
          const reading = readPayload(kind.type, said);
          assert.ok(reading.kind === "valid", JSON.stringify(reading));
          assert.equal(reading.tsMs, AT_MS);
          const identified = kind.identified && kind.payloadVersion === 2;
          assert.deepEqual([said.boot, said.seq], identified ? [BOOT, seq] : [undefined, undefined]);
        },
      ),
    );
  });

  it("comes from machines of the namespace, no two the same", () => {
    const topics = Array.from({ length: 1_000 }, (_, index) =>
      upTopic(loadMachine("load-01", index), "telemetry"),
    );
    assert.equal(new Set(topics).size, 1_000);
    for (const topic of topics) assert.ok(isUpTopic(parseUpTopic(topic)), topic);
  });
});
