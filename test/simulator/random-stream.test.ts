import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { RandomStream } from "../../src/simulator/random-stream.ts";

function draw(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.uniform());
}

suite("a random stream", () => {
  test("depends on seed and name only", () => {
    assert.deepEqual(draw(new RandomStream(7, "a"), 50), draw(new RandomStream(7, "a"), 50));
    assert.notDeepEqual(draw(new RandomStream(7, "a"), 5), draw(new RandomStream(7, "b"), 5));
    assert.notDeepEqual(draw(new RandomStream(7, "a"), 5), draw(new RandomStream(8, "a"), 5));
  });

  test("gives the same numbers in every version: histories are compared across machines and years", () => {
    assert.deepEqual(
      draw(new RandomStream(1, "tunis-01/line-a/s5_tempering/temper-01"), 4).map((value) => value * 2 ** 32),
      // From an implementation of its own, in another language.
      [3852740683, 1024179619, 802449961, 2067034807],
    );
  });

  test("has the moments it promises", () => {
    const stream = new RandomStream(3, "moments");
    const count = 200_000;
    const normals = Array.from({ length: count }, () => stream.normal());
    const mean = normals.reduce((sum, value) => sum + value, 0) / count;
    const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    assert.ok(Math.abs(mean) < 0.01, `mean ${mean}`);
    assert.ok(Math.abs(variance - 1) < 0.02, `variance ${variance}`);
    const waits = Array.from({ length: count }, () => stream.exponential(5));
    assert.ok(Math.abs(waits.reduce((sum, value) => sum + value, 0) / count - 5) < 0.1);
    assert.ok(Math.min(...waits.slice(0, 1000)) >= 0);
    const buckets = new Array<number>(10).fill(0);
    for (const value of draw(stream, count))
      buckets[Math.floor(value * 10)] = (buckets[Math.floor(value * 10)] ?? 0) + 1;
    for (const filled of buckets) assert.ok(Math.abs(filled / count - 0.1) < 0.005, String(filled));
  });

  test("chance and range stay within their bounds", () => {
    const stream = new RandomStream(4, "bounds");
    for (let index = 0; index < 1000; index++) {
      const value = stream.between(3, 4);
      assert.ok(value >= 3 && value < 4);
      assert.equal(stream.chance(0), false);
      assert.equal(stream.chance(1), true);
    }
  });
});
