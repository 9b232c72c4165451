import assert from "node:assert/strict";
import { test } from "node:test";
import { withTelemetryInterval } from "../../src/plant/telemetry-interval.ts";
import { chocolatePlant } from "./chocolate-document.ts";

test("no machine sends telemetry more often than told, and none more often than the plant says", () => {
  const plant = chocolatePlant();
  const intervals = (seconds: number | null) =>
    new Set(
      withTelemetryInterval(plant, seconds).machines.map(({ definition }) => definition.telemetry_interval_s),
    );
  assert.equal(withTelemetryInterval(plant, null), plant);
  assert.deepEqual(intervals(60), new Set([60]));
  assert.deepEqual(intervals(5), new Set([5, 10]));
});
