import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { MachineKey } from "../../src/contract/topic.ts";
import { GAP_ALLOWANCE, GapBudget } from "../../src/ingest/gap-budget.ts";
import { Ingester } from "../../src/ingest/ingester.ts";
import { MAX_GAPS, SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import { liveHeap } from "../live-heap.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";
import { telemetry } from "./delivered.ts";

const publisher = (number: number) => ({ machine: "a/b/c/d" as MachineKey, boot: `boot-${number}` });

suite("one budget of gaps for all publishers", () => {
  test("it counts what each has beyond its allowance, whatever is taken in which order", () => {
    const taken = fc.record({ which: fc.nat(2), seq: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(taken, { maxLength: 400 }), fc.integer({ min: 0, max: 100 }), (steps, limit) => {
        const budget = new GapBudget(0, limit);
        const trackers = [0, 1, 2].map((number) => new SequenceTracker(publisher(number), undefined, budget));
        for (const { which, seq } of steps) {
          const tracker = trackers[which] as SequenceTracker; // 0 to 2
          const verdict = tracker.verdict(seq);
          if (verdict === "new" || verdict === "late") tracker.store(seq);
          const gaps = trackers.map((each) => each.state().missing.length);
          const beyond = gaps.map((count) => Math.max(0, count - GAP_ALLOWANCE));
          assert.equal(
            budget.used,
            beyond.reduce((sum, count) => sum + count, 0),
          );
          assert.ok(budget.used <= limit);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("when others have used it up, a publisher keeps its allowance, and has more again once they close theirs", () => {
    const budget = new GapBudget(0, 10);
    const greedy = new SequenceTracker(publisher(1), undefined, budget);
    const honest = new SequenceTracker(publisher(2), undefined, budget);
    for (let gap = 1; gap <= GAP_ALLOWANCE + 10; gap++) greedy.store(gap * 2);
    assert.equal(greedy.verdict((GAP_ALLOWANCE + 20) * 2), "untrackable");
    for (let gap = 1; gap <= GAP_ALLOWANCE; gap++) honest.store(gap * 2);
    assert.equal(honest.verdict(1_000), "untrackable");
    assert.equal(honest.verdict(GAP_ALLOWANCE * 2 + 1), "new", "the next number opens no gap");
    greedy.store(1);
    assert.equal(honest.verdict(1_000), "new");
  });

  test("strangers that number at random fill it, across a restart too, and no more", {
    timeout: 300_000,
  }, async () => {
    const log = new MemoryMessageLog();
    const options = {
      log,
      observer: { committed: () => {}, commitFailed: () => {} },
      knowsMachine: () => true,
      now: () => 0,
      onFatal: () => {},
    };
    const boot = (number: number) => `0198c5f2-0000-7000-8000-${String(number).padStart(12, "0")}`;
    const before = await liveHeap();
    for (let process = 0; process < 2; process++) {
      const ingester = await Ingester.open(options);
      for (let number = process * 20; number < process * 20 + 20; number++) {
        for (let gap = 1; gap <= MAX_GAPS; gap++)
          ingester.accept(telemetry(gap * 2, 31.4, boot(number)), () => {});
        await ingester.drain();
        log.messages.length = 0;
        log.groups.length = 0;
        log.quarantined.length = 0;
      }
      // Heard all over again: what they have is one copy, shared by all who look at it.
      for (let number = 0; number < 20; number++) ingester.accept(telemetry(2, 31.4, boot(number)), () => {});
      await ingester.drain();
    }
    const used = await log.gapsBeyond(GAP_ALLOWANCE);
    assert.equal(used, 65_536);
    const grown = (await liveHeap()) - before;
    assert.ok(grown < 60_000_000, `${grown} bytes for ${used} gaps`);
  });
});
