import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { RecentMap } from "../../src/ingest/recent-map.ts";

suite("RecentMap", () => {
  test("holds what a plain list of the newest entries holds, whatever is done", () => {
    const step = fc.record({ kind: fc.constantFrom("set", "replace", "add", "delete"), key: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 6 }), (steps, limit) => {
        const map = new RecentMap<number, number>(limit);
        let model: [number, number][] = [];
        steps.forEach(({ kind, key }, value) => {
          if (kind === "delete") map.delete(key);
          else map[kind as "set" | "replace" | "add"](key, value);
          const at = model.findIndex(([known]) => known === key);
          if (kind === "delete" || (kind === "set" && at >= 0))
            model = model.filter(([known]) => known !== key);
          if (kind === "replace" && at >= 0) model[at] = [key, value];
          else if (kind === "set" || (kind !== "delete" && at < 0)) model.push([key, value]);
          if (model.length > limit) model.shift();
        });
        assert.deepEqual([...map.entries()], model);
        assert.equal(map.size, model.length);
      }),
      { numRuns: 500 },
    );
  });
});
