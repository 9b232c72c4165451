import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedSize } from "../../src/simulator/expected-size.ts";
import { HOUR_MS, hoursOf, quietPlant, START_MS } from "./simulated-line.ts";

test("what a history will come to is told within a fifth, from its first half hour", () => {
  const plant = quietPlant();
  const options = { seed: 1, startMs: START_MS, payloadVersion: 2 } as const;
  const { messages, bytes } = expectedSize(plant, options, 6 * HOUR_MS);
  const said = hoursOf(6, { plant }).length;
  assert.ok(Math.abs(messages / said - 1) < 0.2, `${messages} expected, ${said} said`);
  assert.ok(bytes / messages > 400 && bytes / messages < 900, `${bytes / messages} bytes a message`);
});
