import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keep } from "../../../src/adapters/aedes/kept-message.ts";
import { RetainedStore } from "../../../src/adapters/aedes/retained-store.ts";
import { SessionStore } from "../../../src/adapters/aedes/session-store.ts";

const LIMITS = { sessions: 3, sessionExpirySeconds: 10, queuedMessages: 4, queuedBytes: 2_000 };

function message(counter: number, bytes = 10) {
  return keep({ topic: "a/b", payload: Buffer.alloc(bytes), brokerId: "b", brokerCounter: counter, qos: 1 });
}

test("the queue of a session holds what is unacknowledged, in order, within its limits", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("enqueue" as const), bytes: fc.integer({ min: 0, max: 1_500 }) }),
    fc.record({ kind: fc.constant("identify" as const), which: fc.nat({ max: 5 }) }),
    fc.record({ kind: fc.constant("acknowledge" as const), which: fc.nat({ max: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let lost = 0;
      const store = new SessionStore(LIMITS, {
        queueOverflow: () => lost++,
        sessionEnded: () => assert.fail(),
      });
      store.subscribe("client", undefined, [{ topic: "a/b", qos: 1 }]);
      const model: { counter: number; id?: number }[] = [];
      let counter = 0;
      for (const each of steps) {
        if (each.kind === "enqueue") {
          counter++;
          store.enqueue("client", message(counter, each.bytes));
          model.push({ counter });
          // The store may let go of the oldest only, and of the new one only when nothing else is left.
          const kept = new Set(store.unacknowledged("client").map(({ brokerCounter }) => brokerCounter));
          while (model.length > 0 && !kept.has(model[0]?.counter ?? 0)) model.shift();
        } else {
          const target = model[each.which];
          if (target === undefined) continue;
          if (each.kind === "identify") {
            target.id = target.counter + 100;
            store.identify("client", target.counter, target.id);
          } else {
            const key =
              target.id === undefined ? { brokerCounter: target.counter } : { messageId: target.id };
            assert.equal(store.acknowledge("client", key)?.brokerCounter, target.counter);
            model.splice(each.which, 1);
          }
        }
        const kept = store.unacknowledged("client");
        assert.deepEqual(
          kept.map(({ brokerCounter }) => brokerCounter),
          model.map(({ counter: number }) => number),
        );
        assert.equal(store.queued, model.length);
        assert.ok(model.length <= LIMITS.queuedMessages);
      }
      const acknowledged = steps.filter(({ kind }) => kind === "acknowledge").length;
      assert.ok(lost >= counter - model.length - acknowledged, "every loss is reported");
      store.end("client");
      assert.deepEqual([store.queued, store.sessions], [0, 0]);
    }),
  );
});

test("the bytes of all sessions together are bounded", () => {
  let lost = 0;
  const store = new SessionStore(LIMITS, { queueOverflow: () => lost++, sessionEnded: () => assert.fail() });
  for (const id of ["one", "two"]) store.subscribe(id, undefined, [{ topic: "#", qos: 1 }]);
  for (let counter = 1; counter <= 3; counter++) store.enqueue("one", message(counter, 300));
  assert.equal(lost, 0);
  for (let counter = 4; counter <= 6; counter++) store.enqueue("two", message(counter, 300));
  assert.ok(lost > 0);
  assert.ok(store.queued < 6);
});

test("properties count like payloads, in queues and in the retained store", () => {
  const properties = { userProperties: { why: "x".repeat(500) } };
  const heavy = (counter: number) =>
    ({
      topic: `a/${counter}`,
      payload: Buffer.from("{}"),
      brokerCounter: counter,
      qos: 1,
      properties,
    }) as const;
  const lost: string[] = [];
  const sessions = new SessionStore(LIMITS, {
    queueOverflow: (_client, topic) => lost.push(topic),
    sessionEnded: () => assert.fail(),
  });
  sessions.subscribe("away", undefined, [{ topic: "#", qos: 1 }]);
  for (let counter = 1; counter <= 4; counter++) sessions.enqueue("away", keep(heavy(counter)));
  assert.deepEqual(lost, ["a/1", "a/2"], "two of 500 bytes with what else they take fill 2,000");
  const dropped: string[] = [];
  const retained = new RetainedStore({ retainedMessages: 100, retainedBytes: 2_000 }, (topic) =>
    dropped.push(topic),
  );
  for (let counter = 1; counter <= 4; counter++) retained.store(heavy(counter));
  assert.deepEqual(dropped, ["a/3", "a/4"]);
  assert.ok(retained.bytes <= 2_000);
});

test("sessions: who gets a message, whose they are, when they end", () => {
  const ended: string[] = [];
  const store = new SessionStore(LIMITS, {
    queueOverflow: () => {},
    sessionEnded: (clientId, reason) => ended.push(`${clientId} ${reason}`),
  });
  store.subscribe("one", "user", [
    { topic: "a/#", qos: 1 },
    { topic: "a/+", qos: 1 },
    { topic: "b", qos: 0 },
  ]);
  assert.deepEqual(
    store.recipients("a/b").map(({ clientId }) => clientId),
    ["one"],
    "once, though two filters match",
  );
  assert.deepEqual(store.recipients("b"), [], "QoS 0 is not kept");
  store.subscribe("one", "user", [{ topic: "a/#", qos: 0 }]);
  store.unsubscribe("one", ["a/+"]);
  assert.deepEqual(store.recipients("a/b"), []);
  assert.equal(store.subscriptions("one").length, 2);
  assert.ok(store.belongsToOther("one", undefined));
  assert.ok(!store.belongsToOther("one", "user"));
  assert.ok(!store.belongsToOther("none", "user"));
  store.subscribe("two", undefined, [{ topic: "x", qos: 1 }]);
  store.disconnected("two", 5_000);
  store.disconnected("one", 1_000);
  store.expire(10_999);
  assert.deepEqual(ended, []);
  store.expire(11_000);
  assert.deepEqual(ended, ["one expired"]);
  store.connected("two");
  store.expire(1_000_000);
  assert.equal(store.sessions, 1);
});

test("retained messages are bounded in number and bytes, and replaced in place", () => {
  const overflown: string[] = [];
  const store = new RetainedStore({ retainedMessages: 2, retainedBytes: 1_000 }, (topic) =>
    overflown.push(topic),
  );
  const put = (topic: string, bytes: number) =>
    store.store({ topic, payload: Buffer.alloc(bytes, "x"), retain: true });
  put("a", 10);
  put("b", 10);
  put("c", 10);
  put("a", 20);
  assert.deepEqual([store.size, overflown], [2, ["c"]]);
  put("b", 0);
  put("c", 900);
  assert.deepEqual([store.size, overflown], [1, ["c", "c"]]);
  put("a", 0);
  assert.deepEqual([store.size, store.bytes], [0, 0]);
});

test("a kept message does not hold on to what it was read with", () => {
  const read = Buffer.alloc(65_536, "x");
  const kept = keep({
    topic: "a",
    payload: read.subarray(10, 20),
    properties: { correlationData: read.subarray(0, 4) },
  });
  assert.notEqual(kept.payload.buffer, read.buffer);
  assert.notEqual(kept.properties?.correlationData?.buffer, read.buffer);
});
