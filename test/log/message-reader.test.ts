import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { UP_CATALOGUE } from "../../src/contract/catalogue.ts";
import { examplesOf } from "../../src/contract/examples/catalogue.ts";
import { upcast } from "../../src/contract/upcast.ts";
import { isReadable, MessageReader, type StoredContent } from "../../src/log/message-reader.ts";

const RECEIVED = Date.parse("2026-01-11T10:00:00Z");

function stored(topic: string, payload: string): StoredContent {
  return { id: 7, topic, payload, receivedAt: RECEIVED, boot: "boot-0001", seq: 3, flags: 1 };
}

function topicOf(type: string): string {
  return `factory/tunis-01/line-a/s5_tempering/temper-01/${type}`;
}

suite("MessageReader", () => {
  test("gives every example of every version in the current one, with its place and times", () => {
    const reader = new MessageReader();
    for (const { type, version, name } of UP_CATALOGUE) {
      for (const { payload } of examplesOf(name)) {
        const message = reader.read(stored(topicOf(type), JSON.stringify(payload)));
        assert.ok(isReadable(message), JSON.stringify(message));
        assert.deepEqual(message.payload, JSON.parse(JSON.stringify(upcast(type, version, payload))));
        const { ts } = payload as { ts?: string };
        const atMs = ts === undefined || ts === "unknown" ? RECEIVED : Date.parse(ts);
        assert.deepEqual(
          [message.id, message.version, message.atMs, message.receivedAtMs, message.topic.type],
          [7, version, atMs, RECEIVED, type],
        );
      }
    }
  });

  test("says of what an older program stored why it is none of the contract, and never throws", () => {
    const reader = new MessageReader();
    const cases = [
      ["machines/1", "{}", /the topic is not of the namespace: expected 6 levels/],
      [topicOf("state"), "{", /the payload is no JSON: /],
      [topicOf("state"), '{"state":7}', /^\//],
      [topicOf("state"), "[]", /must be a JSON object/],
    ] as const;
    for (const [topic, payload, detail] of cases) {
      const message = reader.read(stored(topic, payload));
      assert.ok(!isReadable(message));
      assert.match(message.detail, detail);
      assert.deepEqual([message.id, message.topicText, message.receivedAtMs], [7, topic, RECEIVED]);
    }
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.json()), (topic, payload) => {
        reader.read(stored(topic, payload));
        reader.read(stored(topicOf("alarm"), payload));
      }),
    );
  });
});
