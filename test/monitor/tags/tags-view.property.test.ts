import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import type { TagValue } from "../../../src/contract/schemas/telemetry-v2.ts";
import { tagsViewKeeping } from "../../../src/monitor/tags/tags-view.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { folded, viewMessage } from "../view-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MACHINES = ["tunis-01/line-a/s5_tempering/temper-01", "tunis-01/line-a/s1_dosing/weigher-01"];

const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -500_000, max: 700_000 }).map((whole) => whole / 100) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 9 }).map((whole) => 31 + whole / 1000) },
  { weight: 2, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);
const word = fc.oneof(
  fc.constantFrom("OK", "FILLING", "true", ""),
  fc.boolean(),
  fc.integer({ min: 0, max: 60 }).map((n) => `lot ${n}`),
);
const value: fc.Arbitrary<TagValue> = fc.oneof(
  { weight: 6, arbitrary: number },
  { weight: 3, arbitrary: word },
  {
    weight: 1,
    arbitrary: fc.record({ value: number, quality: fc.constantFrom("uncertain", "bad", "good") }),
  },
  { weight: 1, arbitrary: fc.constant<TagValue>({ value: null, quality: "bad" }) },
);
const tags = fc.oneof(
  fc.record({ temp_c: number, flow: value, status: word }),
  fc.dictionary(fc.constantFrom("temp_c", "flow", "status", "rare", "__proto__"), value, { maxKeys: 4 }),
);
/** Mostly one second after another, sometimes the same millisecond, sometimes hours off. */
const offsetMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 300 }).map((seconds) => seconds * 1000) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 }).map((seconds) => seconds * 1000) },
  { weight: 1, arbitrary: fc.integer({ min: -40_000_000, max: 40_000_000 }) },
);
const messages = fc
  .array(
    fc.record({
      machine: fc.constantFrom(...MACHINES),
      offsetMs,
      tags,
      product: fc.constantFrom(undefined, "dark" as const, "milk" as const),
      boot: fc.constantFrom("boot-0001", "boot-0002", null),
      skewMs: fc.constantFrom(0, 0, 0, 600_000, -600_000),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((all) =>
    all.map(({ machine, offsetMs, tags, product, boot, skewMs }, index) =>
      viewMessage({
        ...{ id: index + 1, machine, type: "telemetry", boot, seq: boot === null ? null : (index % 7) + 1 },
        atMs: START_MS + offsetMs,
        receivedAtMs: START_MS + offsetMs - skewMs,
        flags: skewMs === 0 ? 0 : MESSAGE_FLAG.CLOCK_SKEW,
        payload: { tags, ...(product === undefined ? {} : { product_type: product }) },
      }),
    ),
  );
const inTwoOrders = messages.chain((all) =>
  fc.record({ all: fc.constant(all), other: fc.shuffledSubarray(all, { minLength: all.length }) }),
);

suite("the tags view", () => {
  test("holds the same, bit by bit, in whatever order messages come", () => {
    fc.assert(
      fc.property(inTwoOrders, ({ all, other }) => {
        assert.deepEqual(folded(tagsViewKeeping(), other).dump(), folded(tagsViewKeeping(), all).dump());
      }),
      { numRuns: 300 },
    );
  });

  test("holds the same after any restart, and whatever it remembers of other stores", () => {
    const shared = tagsViewKeeping();
    fc.assert(
      fc.property(inTwoOrders, fc.array(fc.boolean()), ({ all, other }, restarts) => {
        const store = new MemoryViewStore();
        let view = shared;
        other.forEach((message, index) => {
          if (restarts[index] === true) {
            view = tagsViewKeeping();
            store.restart();
          }
          view.fold(message, store);
        });
        assert.deepEqual(store.dump(), folded(shared, all).dump());
      }),
      { numRuns: 150 },
    );
  });

  test("what was let go of doesn't come back, whenever it was let go of", () => {
    const view = tagsViewKeeping({ 10: 3_600_000, 60: 20_000_000, 3600: 60_000_000 });
    fc.assert(
      fc.property(inTwoOrders, fc.array(fc.boolean()), ({ all, other }, retains) => {
        const newest = Math.max(...all.map(({ receivedAtMs }) => receivedAtMs));
        const store = new MemoryViewStore();
        let heard = Number.NEGATIVE_INFINITY;
        other.forEach((message: ViewMessage, index) => {
          heard = Math.max(heard, message.receivedAtMs);
          view.fold(message, store);
          if (retains[index] === true) view.retain?.(heard, store);
        });
        const once = folded(view, all);
        for (const each of [store, once]) view.retain?.(newest, each);
        assert.deepEqual(store.dump(), once.dump());
      }),
      { numRuns: 150 },
    );
  });
});
