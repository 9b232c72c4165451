import assert from "node:assert/strict";
import { test } from "node:test";
import { dewPointC } from "../../../src/simulator/process/hall-air.ts";

test("the dew point is the published one", () => {
  assert.ok(Math.abs(dewPointC(20, 50) - 9.3) < 0.05, String(dewPointC(20, 50)));
  assert.ok(Math.abs(dewPointC(22, 55) - 12.5) < 0.05, String(dewPointC(22, 55)));
  // Saturated air is at its dew point.
  assert.ok(Math.abs(dewPointC(17, 100) - 17) < 1e-9);
});
