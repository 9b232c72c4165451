import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AUDIT_KINDS, type AuditEvent } from "../../src/access/audit.ts";
import { AuditTally } from "../../src/access/audit-tally.ts";

const refused = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  kind: "publish-refused",
  subject: "plant-01/line-a/s4_conching/conche-01",
  clientId: "conche-01",
  remote: "10.0.0.1",
  object: "factory/x",
  detail: "no",
  ...more,
});

test("the first one is handed out at once, repetitions together when their minute is over", () => {
  const tally = new AuditTally();
  tally.add(refused(), 1_000);
  assert.deepEqual(tally.take(1_000), [{ ...refused(), firstMs: 1_000, lastMs: 1_000, count: 1 }]);
  for (let at = 2_000; at < 12_000; at += 1_000) tally.add(refused(), at);
  assert.deepEqual(tally.take(30_000), []);
  assert.deepEqual(tally.take(61_000), [{ ...refused(), firstMs: 2_000, lastMs: 11_000, count: 10 }]);
  tally.add(refused(), 70_000);
  assert.equal(tally.take(70_000)[0]?.count, 1, "after its minute the next one is a first one again");
});

test("a single one without a repetition gives one entry, and nothing is kept of it after its minute", () => {
  const tally = new AuditTally();
  tally.add(refused(), 0);
  assert.equal(tally.take(10).length, 1);
  assert.deepEqual([tally.take(60_000), tally.take(120_000, true)], [[], []]);
});

test("who varies the topic endlessly fills a few lines, and so does who varies everything", () => {
  const tally = new AuditTally();
  for (let index = 0; index < 5_000; index++) tally.add(refused({ object: `factory/${index}` }), index);
  const ofOne = tally.take(5_000, true);
  assert.ok(ofOne.length <= 11, `${ofOne.length} entries`);
  const many = new AuditTally();
  for (let index = 0; index < 50_000; index++)
    many.add(refused({ subject: `m-${index}`, remote: `${index}` }), 0);
  assert.ok(many.take(0, true).length <= 1_000 + AUDIT_KINDS.length);
  const long = new AuditTally();
  long.add(refused({ object: "x".repeat(100_000), detail: "y".repeat(100_000) }), 0);
  assert.ok(JSON.stringify(long.take(0)).length < 2_000);
});

test("nothing recorded is lost from the count, whenever it is taken", () => {
  const step = fc.record({
    waitMs: fc.nat(40_000),
    subject: fc.constantFrom("a", "b", null),
    object: fc.nat(30).map(String),
    take: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const tally = new AuditTally();
      let now = 0;
      let taken = 0;
      const sum = (all: boolean) => tally.take(now, all).reduce((total, { count }) => total + count, 0);
      for (const { waitMs, subject, object, take } of steps) {
        now += waitMs;
        tally.add(refused({ subject, object }), now);
        if (take) taken += sum(false);
      }
      taken += sum(true);
      assert.equal(taken, steps.length);
    }),
  );
});
