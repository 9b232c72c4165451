import assert from "node:assert/strict";
import { test } from "node:test";
import { limitsFor } from "../../../src/plant/schema/tag.ts";

test("a product's limits stand over the tag's own, one by one", () => {
  const tag = {
    unit: "°C",
    min: 20,
    max: 80,
    alarm_high: 85,
    by_product: { white: { max: 55, alarm_high: 60 } },
  };
  assert.deepEqual(limitsFor(tag, "white"), { min: 20, max: 55, alarm_high: 60 });
  assert.deepEqual(limitsFor(tag, "dark"), { min: 20, max: 80, alarm_high: 85 });
  assert.deepEqual(limitsFor(tag, undefined), { min: 20, max: 80, alarm_high: 85 });
});
