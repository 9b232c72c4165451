import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Backoff } from "../../src/mqtt/backoff.ts";

const LIMITS = { firstMs: 500, longestMs: 30_000 };

describe("Backoff", () => {
  it("doubles the bound up to the longest, and begins again when reset", () => {
    const backoff = new Backoff(LIMITS, () => 1);
    const pauses = Array.from({ length: 9 }, () => backoff.next());
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    backoff.reset();
    assert.equal(backoff.next(), 500);
  });

  it("spreads over the whole range", () => {
    const draws = [0, 0.25, 0.999];
    const backoff = new Backoff(LIMITS, () => draws.shift() ?? 0);
    assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [0, 250, 1_998]);
  });

  it("stays at the longest for ever", () => {
    const backoff = new Backoff(LIMITS, () => 1);
    for (let attempt = 0; attempt < 5_000; attempt++) backoff.next();
    assert.equal(backoff.next(), 30_000);
  });
});
