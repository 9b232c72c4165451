import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { quietPlant, START_MS } from "../../simulator/simulated-line.ts";
import { ask, contextAfter } from "../monitored.ts";

const HOUR_MS = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

suite("the API on stops", () => {
  test("a time of which nothing is known is not one without stops: the share that is known stands beside it", async () => {
    const context = contextAfter([], { plant: quietPlant(), nowMs: START_MS + 8 * HOUR_MS });
    const { status, answer } = await ask("stops", { from: iso(START_MS), to: iso(context.nowMs) }, context);
    assert.equal(status, 200);
    assert.ok(answer.totals.length > 0);
    for (const { stops, known_share } of answer.totals) assert.deepEqual([stops, known_share], [0, 0]);
  });
});
