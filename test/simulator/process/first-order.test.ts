import assert from "node:assert/strict";
import { test } from "node:test";
import { approach, DriftingNoise } from "../../../src/simulator/process/first-order.ts";
import { RandomStream } from "../../../src/simulator/random-stream.ts";

test("after one time constant 63.2 % of the way is made, after five nearly all", () => {
  let value = 0;
  for (let second = 0; second < 60; second++) value = approach(value, 100, 60);
  assert.ok(Math.abs(value - 63.2) < 0.05, String(value));
  for (let second = 0; second < 240; second++) value = approach(value, 100, 60);
  assert.ok(value > 99.2 && value < 100);
});

test("drifting noise has its standard deviation and its memory", () => {
  const tauS = 30;
  const noise = new DriftingNoise(new RandomStream(1, "noise"), 2, tauS);
  const values = Array.from({ length: 200_000 }, () => noise.step());
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  assert.ok(Math.abs(Math.sqrt(variance) - 2) < 0.15, String(Math.sqrt(variance)));
  const later = values.slice(tauS).reduce((sum, value, index) => sum + value * (values[index] ?? 0), 0);
  const correlation = later / (values.length - tauS) / variance;
  assert.ok(Math.abs(correlation - Math.exp(-1)) < 0.06, String(correlation));
});
