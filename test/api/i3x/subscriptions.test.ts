import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { AddressSpace } from "../../../src/api/i3x/address-space.ts";
import { SubscriptionDoor } from "../../../src/api/i3x/subscription-door.ts";
import { Subscriptions } from "../../../src/api/i3x/subscriptions.ts";
import { type ObjectUpdate, UpdateQueue } from "../../../src/api/i3x/update-queue.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";

const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const TEMP = `${TEMPER}/temp_c`;
const LIMITS = { subscriptions: 2, objects: 2, updates: 3, bytes: 10_000, timeToLiveMs: 1_000 };

function update(value: number, elementId = TEMP): ObjectUpdate {
  return { elementId, value, quality: "Good", timestamp: "2026-01-11T10:00:00.000Z" };
}

function subscriptions() {
  const clock = { ms: 0 };
  let made = 0;
  const all = new Subscriptions({
    space: new AddressSpace(chocolatePlant()),
    now: () => clock.ms,
    newId: () => `s${++made}`,
    limits: LIMITS,
  });
  const door = new SubscriptionDoor(all, () => {});
  const post = (path: Parameters<SubscriptionDoor["answer"]>[0], body: object, caller = "a viewer") => {
    const { status, body: text } = door.answer(path, body, caller);
    return { status, json: JSON.parse(text) };
  };
  return { all, clock, post };
}

suite("what waits for a subscriber of i3X", () => {
  test("is what came, in order, less what was acknowledged and the oldest beyond the limits", () => {
    const action = fc.oneof(
      fc.record({ push: fc.array(fc.integer(), { minLength: 1, maxLength: 4 }) }),
      fc.record({ acknowledge: fc.oneof(fc.integer({ min: -3, max: 30 }), fc.constantFrom("1", null, 1.5)) }),
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const queue = new UpdateQueue({ updates: 6, bytes: 50 });
        let expected: { n: number; values: number[] }[] = [];
        let n = 0;
        let lost = false;
        for (const each of actions) {
          if ("push" in each) {
            queue.push(
              each.push.map((value) => update(value)),
              10 * each.push.length,
            );
            expected.push({ n: ++n, values: each.push });
            while (expected.flatMap(({ values }) => values).length > 5) {
              expected.shift();
              lost = true;
            }
          } else {
            queue.acknowledge(each.acknowledge);
            const through = each.acknowledge;
            if (through === -1) expected = [];
            else if (typeof through === "number" && Number.isInteger(through) && through <= n) {
              expected = expected.filter((batch) => batch.n > through);
            }
          }
        }
        assert.deepEqual(
          queue.batches().map(({ sequenceNumber, updates }) => [sequenceNumber, updates.map((u) => u.value)]),
          expected.map((batch) => [batch.n, batch.values]),
        );
        assert.equal(queue.takeDropped(), lost);
        assert.equal(queue.takeDropped(), false);
      }),
    );
  });
});

suite("subscriptions of i3X", () => {
  test("one more than may be is refused, and room is made by deleting one", () => {
    const { post } = subscriptions();
    const created = [1, 2, 3].map(() => post("", { clientId: "c" }));
    assert.deepEqual(
      created.map(({ status }) => status),
      [200, 200, 429],
    );
    post("/delete", { clientId: "c", subscriptionIds: ["s1"] });
    assert.equal(post("", { clientId: "c" }).status, 200);
  });

  test("who has all places gives way to somebody else, and gets none back beyond its share", () => {
    const { all, post } = subscriptions();
    const ended: string[] = [];
    for (const each of ["s1", "s2"]) {
      post("", { clientId: "c" });
      all.find("c", each)?.open({ send: () => true, end: () => ended.push(each) });
    }
    assert.equal(post("", { clientId: "d" }, "an admin").status, 200);
    assert.deepEqual(ended, ["s2"]);
    assert.deepEqual(
      Array.from(all.all, ({ id, caller }) => `${id} ${caller}`),
      ["s1 a viewer", "s3 an admin"],
    );
    const { status, json } = post("", { clientId: "c" });
    assert.equal(status, 429);
    assert.match(json.responseDetail.detail, /2 subscriptions already, 1 of them of a viewer/);
  });

  test("one that nobody fetches from is deleted after its time; sync and a stream keep it", () => {
    const { all, clock, post } = subscriptions();
    post("", { clientId: "c" });
    clock.ms = 900;
    assert.equal(post("/sync", { clientId: "c", subscriptionId: "s1" }).status, 200);
    const stream = { send: () => true, end() {} };
    const found = all.find("c", "s1");
    found?.open(stream);
    clock.ms = 5_000;
    all.expire();
    assert.ok(all.find("c", "s1"));
    found?.closed(stream);
    clock.ms = 6_001;
    assert.equal(post("/sync", { clientId: "c", subscriptionId: "s1" }).status, 404);
  });

  test("more objects than may be registered are refused one by one", () => {
    const { post } = subscriptions();
    post("", { clientId: "c" });
    const elementIds = ["tunis-01", "tunis-01/line-a", TEMPER, TEMP];
    const { json } = post("/register", { clientId: "c", subscriptionId: "s1", elementIds });
    assert.deepEqual(
      json.results.map((each: { success: boolean }) => each.success),
      [true, true, false, false],
    );
  });

  test("what was dropped is said once, with 206, and the numbers show how much", () => {
    const { all, post } = subscriptions();
    post("", { clientId: "c" });
    const body = { clientId: "c", subscriptionId: "s1" };
    post("/register", { ...body, elementIds: [TEMP] });
    for (const value of [1, 2, 2, 3, 4, 5]) all.find("c", "s1")?.offer(new Map([[TEMP, update(value)]]));
    const { status, json } = post("/sync", body);
    assert.equal(status, 206);
    assert.equal(json.responseDetail.status, 206);
    assert.deepEqual(
      json.result.map((each: { sequenceNumber: number }) => each.sequenceNumber),
      [3, 4, 5],
    );
    assert.equal(post("/sync", body).status, 200);
  });

  test("a stream that can't take more leaves what comes in the queue, and goes on with it", () => {
    const { all, post } = subscriptions();
    post("", { clientId: "c" });
    post("/register", { clientId: "c", subscriptionId: "s1", elementIds: [TEMP] });
    const found = all.find("c", "s1");
    const sent: unknown[] = [];
    let full = false;
    found?.open({
      send(updates) {
        if (!full) sent.push(...updates.map(({ value }) => value));
        return !full;
      },
      end() {},
    });
    found?.offer(new Map([[TEMP, update(1)]]));
    full = true;
    found?.offer(new Map([[TEMP, update(2)]]));
    full = false;
    found?.flush();
    assert.deepEqual(sent, [1, 2]);
    assert.equal(found?.queue.isEmpty, true);
  });
});
