import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PacketIdSet } from "../../src/broker/packet-id-set.ts";

test("a set of packet identifiers is one, whoever fills it", () => {
  const step = fc.tuple(
    fc.boolean(),
    fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 65_535 })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const set = new PacketIdSet();
      const model = new Set<number>();
      for (const [adds, id] of steps) {
        if (adds) {
          set.add(id);
          model.add(id);
        } else assert.equal(set.delete(id), model.delete(id));
        assert.deepEqual([set.has(id), set.size], [model.has(id), model.size]);
      }
      assert.deepEqual(
        [...set.values()],
        [...model].toSorted((a, b) => a - b),
      );
    }),
  );
  const full = new PacketIdSet();
  for (let id = 1; id <= 65_535; id++) full.add(id);
  assert.deepEqual([full.size, full.has(0)], [65_535, false]);
});
