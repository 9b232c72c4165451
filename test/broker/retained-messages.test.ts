import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RetainedMessages } from "../../src/broker/retained-messages.ts";
import { matchesFilter, topicFilterFault } from "../../src/mqtt/topic-rules.ts";
import { messageOf } from "./messages.ts";

const LIMITS = { retainedMessages: 1_000, retainedBytes: 10_000_000 };
const level = fc.constantFrom("a", "b", "$c", "", "d");
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
const filter = fc
  .array(fc.oneof(level, fc.constantFrom("+", "#")), { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join("/"))
  .filter((text) => topicFilterFault(text, { topicBytes: 100, topicLevels: 10 }) === undefined);

function found(store: RetainedMessages, wanted: string): string[] {
  return [...store.match(wanted)]
    .flatMap((message) => (message === undefined ? [] : [message.topic]))
    .toSorted();
}

test("[MQTT-3.3.1-5] the last message of each topic, by any filter, as each topic by itself matches it", () => {
  const change = fc.record({ topic: topic.filter((text) => text !== ""), empty: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), filter, (changes, wanted) => {
      const store = new RetainedMessages(LIMITS, () => assert.fail());
      const model = new Set<string>();
      for (const { topic: name, empty } of changes) {
        store.store(messageOf(name, empty ? "" : "x", { retain: true }));
        if (empty) model.delete(name);
        else model.add(name);
      }
      assert.equal(store.size, model.size);
      const expected = [...model].filter((name) => matchesFilter(wanted, name)).toSorted();
      assert.deepEqual(found(store, wanted), expected);
      for (const name of model) store.store(messageOf(name, "", { retain: true }));
      assert.deepEqual([store.size, store.bytes], [0, 0], "nothing is left of what was cleared");
    }),
  );
});

test("bounded in number and bytes, and replaced in place", () => {
  const overflown: string[] = [];
  const limits = { retainedMessages: 2, retainedBytes: 3_000 };
  const store = new RetainedMessages(limits, (name) => overflown.push(name));
  const put = (name: string, bytes: number) => store.store(messageOf(name, Buffer.alloc(bytes, "x")));
  put("a", 10);
  put("b", 10);
  put("c", 10);
  put("a", 20);
  assert.deepEqual([store.size, overflown], [2, ["c"]]);
  put("b", 0);
  put("c", 2_900);
  assert.deepEqual([store.size, overflown], [1, ["c", "c"]]);
  put("a", 0);
  assert.deepEqual([store.size, store.bytes], [0, 0]);
});

test("[MQTT-3.3.2-5] a message whose time is over is forgotten, a newer one of its topic is not", () => {
  const store = new RetainedMessages(LIMITS, () => {});
  const put = (name: string, expiresAt: number) => {
    const message = messageOf(name, "x");
    message.expiresAt = expiresAt;
    store.store(message);
  };
  put("a", 100);
  put("b", 100);
  put("b", 300);
  store.expire(100);
  assert.deepEqual(found(store, "#"), ["b"]);
  store.expire(300);
  assert.deepEqual([store.size, store.bytes], [0, 0]);
});

test("a search through many rests now and then, and bears changes meanwhile", () => {
  const store = new RetainedMessages({ retainedMessages: 20_000, retainedBytes: 100_000_000 }, () => {});
  for (let number = 0; number < 10_000; number++) store.store(messageOf(`a/${number}/x`, "x"));
  let rests = 0;
  let messages = 0;
  for (const message of store.match("+/+/y")) {
    if (message === undefined) rests++;
    else messages++;
  }
  assert.ok(rests >= 10_000 / 500);
  assert.equal(messages, 0);
  for (const message of store.match("a/#")) {
    if (message === undefined) continue;
    messages++;
    store.store(messageOf(message.topic, ""));
  }
  assert.deepEqual([messages, store.size], [10_000, 0]);
});
