import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, nearestName, suggestion } from "../../src/errors/nearest-name.ts";

const NAMES = ["mqtt-port", "http-port", "data", "plant", "for", "simulate", "datacenter"];

test("typing errors find their name", () => {
  assert.equal(nearestName("mqtt-prot", NAMES), "mqtt-port");
  assert.equal(nearestName("dta", NAMES), "data");
  assert.equal(nearestName("simluate", NAMES), "simulate");
  assert.equal(nearestName("PLANT", NAMES), "plant");
});

test("a part or the beginning of a name finds it", () => {
  assert.equal(nearestName("http", NAMES), "http-port");
  assert.equal(nearestName("datac", NAMES), "data");
  assert.equal(nearestName("simu", NAMES), "simulate");
});

test("nothing near gives no suggestion", () => {
  assert.equal(nearestName("xyzzy", NAMES), undefined);
  assert.equal(nearestName("", NAMES), undefined);
  assert.equal(nearestName("x".repeat(100_000), NAMES), undefined);
  assert.equal(suggestion("xyzzy", NAMES), "");
});

test("the distance is symmetric, 0 only for the same word, and never above the longer word", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a));
      assert.equal(distance === 0, a === b);
      assert.ok(distance <= Math.max(a.length, b.length));
    }),
  );
});
