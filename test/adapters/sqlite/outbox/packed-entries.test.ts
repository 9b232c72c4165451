import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  entryBytes,
  entryOf,
  messageOf,
  type NewEntry,
} from "../../../../src/adapters/sqlite/outbox/outbox-entry.ts";
import { packNew, unpackNew } from "../../../../src/adapters/sqlite/outbox/packed-entries.ts";
import { type MachineKey, MESSAGE_TYPES } from "../../../../src/contract/topic.ts";
import { type NewMessage, storedBytes } from "../../../../src/edge/outbox.ts";

const publisher = fc
  .tuple(fc.constantFrom("a/b/s1_dosing/c", "a/b/s2_mixing/d"), fc.constantFrom("boot-1", "boot-2"))
  .map(([machine, boot]) => ({ machine: machine as MachineKey, boot }));
const text = fc.string({ unit: "grapheme" });
const raw = fc.option(fc.record({ contentType: text, userProperties: fc.dictionary(text, text) }), {
  nil: undefined,
});
const message: fc.Arbitrary<NewMessage> = fc.record(
  {
    publisher,
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    type: fc.constantFrom(...MESSAGE_TYPES),
    durable: fc.boolean(),
    forwarded: fc.constant(true as const),
    payload: fc.oneof(text, fc.uint8Array()),
    raw,
  },
  { requiredKeys: ["publisher", "seq", "type", "durable", "payload", "raw"] },
);

/** Views of different buffers compare by their bytes. */
const plain = (entry: NewEntry) => ({
  ...entry,
  payload: typeof entry.payload === "string" ? entry.payload : [...entry.payload],
});

describe("entries on their way between threads", () => {
  it("arrive as they were sent, through a structured clone", () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const entries = messages.map(entryOf);
        const packed = packNew(entries);
        const { fields, bytes } = packed;
        const arrived = unpackNew(structuredClone(packed, { transfer: [fields.buffer, bytes.buffer] }));
        assert.deepEqual(arrived.map(plain), entries.map(plain));
        assert.equal(bytes.byteLength, 0, "handed over, not copied");
      }),
    );
  });

  it("count for as much as their messages, and are read as they were written", () => {
    fc.assert(
      fc.property(message, (given) => {
        const entry = entryOf(given);
        assert.equal(entryBytes(entry), storedBytes(given.payload, given.raw));
        const { seq, type, payload, raw: beside } = messageOf(entry);
        assert.deepEqual([seq, type, payload], [given.seq, given.type, given.payload]);
        assert.equal(JSON.stringify(beside), JSON.stringify(given.raw));
      }),
    );
  });
});
