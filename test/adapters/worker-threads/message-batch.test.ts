import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  BatchWriter,
  deliveredMessages,
  transferable,
} from "../../../src/adapters/worker-threads/message-batch.ts";
import type { PublishedMessage } from "../../../src/mqtt/machine-connection.ts";

const message = fc.record({
  topic: fc.constantFrom("factory/a", "factory/b", "factory/c"),
  payload: fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 900, maxLength: 2_000 })),
  qos: fc.constant(1 as const),
  retain: fc.constant(false),
});

suite("messages between threads", () => {
  test("whatever goes in comes out, in order, batch after batch", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), fc.integer({ min: 1, max: 16 }), (messages, size) => {
        const writer = new BatchWriter(size);
        const out: (readonly [string, string, number | undefined])[] = [];
        const take = () => {
          // As it crosses to another thread.
          const batch = writer.take();
          const there = structuredClone(batch, { transfer: transferable(batch) });
          for (const { topic, payload, receivedAt } of deliveredMessages(there))
            out.push([topic, Buffer.from(payload).toString("utf8"), receivedAt]);
        };
        messages.forEach((each: PublishedMessage, index) => {
          writer.add(each, index);
          if (writer.full) take();
        });
        if (!writer.empty) take();
        const expected = messages.map(({ topic, payload }, index) => [topic, payload.toWellFormed(), index]);
        assert.deepEqual(out, expected);
      }),
    );
  });

  test("a batch is full at its size, and the writer empty after it was taken", () => {
    const writer = new BatchWriter(2);
    const add = () => writer.add({ topic: "factory/a", payload: "{}", qos: 0, retain: false }, 1);
    assert.deepEqual([writer.empty, writer.full], [true, false]);
    add();
    add();
    assert.equal(writer.full, true);
    writer.take();
    assert.deepEqual([writer.empty, writer.full], [true, false]);
  });
});
