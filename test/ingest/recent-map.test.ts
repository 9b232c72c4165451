import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { RecentMap } from "../../src/ingest/recent-map.ts";
import { liveHeap } from "../live-heap.ts";

const LIMIT = 50_000;
/** What a map comes and goes by: `key` names the entry of a step, from a full map's point of view. */
const LIVES = {
  "never full": (map: RecentMap<string, object>, at: number) => {
    map.replace(`publisher-${at % 100}`, { at });
    map.delete(`publisher-${(at + 50) % 100}`);
  },
  "full, the same entries over and over": (map: RecentMap<string, object>, at: number) =>
    map.set(`publisher-${at % LIMIT}`, { at }),
  "full, always new entries": (map: RecentMap<string, object>, at: number) =>
    map.replace(`publisher-${at}`, { at }),
};

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

  for (const [life, step] of Object.entries(LIVES)) {
    test(`a million operations leave nothing behind: ${life}`, async () => {
      const map = new RecentMap<string, object>(LIMIT);
      const first = life === "never full" ? 1_000 : LIMIT;
      for (let at = 0; at < first; at++) step(map, at);
      const before = await liveHeap();
      for (let at = first; at < first + 1_000_000; at++) step(map, at);
      const grown = (await liveHeap()) - before;
      // A table of 50,000 entries has room for twice as many; one entry kept from each step would be 60 MB and more.
      assert.ok(grown < 12_000_000, `the live heap grew by ${grown} bytes`);
      assert.ok(map.size <= LIMIT);
    });
  }
});
