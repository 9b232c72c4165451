import assert from "node:assert/strict";
import { test } from "node:test";
import { daysUntilFull, growthOf } from "../../src/log/log-growth.ts";

const HOUR_MS = 3_600_000;

test("the rate of a while, and when it has filled what is free", () => {
  const growth = growthOf(1_000, HOUR_MS, 500) ?? assert.fail("too little");
  assert.deepEqual([growth.messagesPerDay, growth.bytesPerDay], [24_000, 12_000_000]);
  assert.equal(daysUntilFull(120_000_000, growth), 10);
});

test("of one message, or of a moment, no rate can be told", () => {
  assert.equal(growthOf(1, HOUR_MS, 500), undefined);
  assert.equal(growthOf(500, 10, 500), undefined);
});
