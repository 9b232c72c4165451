import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import { bootCompleteness, openGaps } from "../../../src/monitor/completeness/completeness-report.ts";
import { completenessViewKeeping } from "../../../src/monitor/completeness/completeness-view.ts";
import { coverageOf, receivedByMinute } from "../../../src/monitor/completeness/coverage.ts";
import { BLOCK_NUMBERS } from "../../../src/monitor/completeness/seq-runs.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf } from "../memory-reading.ts";
import { folded, viewMessage } from "../view-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const MINUTE_MS = 60_000;
const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const BOOT = "boot-0001";

function said(
  seq: number | null,
  options: { delayMs?: number; flags?: number; id?: number; boot?: string } = {},
) {
  const { delayMs = 0, flags = 0, id = seq ?? 1, boot = BOOT } = options;
  const atMs = START_MS + (seq ?? 0) * 1000;
  return viewMessage({
    ...{ id, machine: TEMPER, type: "telemetry", seq, boot: seq === null ? null : boot, flags },
    ...{ atMs, receivedAtMs: atMs + delayMs, payload: { tags: {} } },
  });
}

function readingAfter(messages: readonly ReturnType<typeof said>[]) {
  return readingOf(folded(completenessViewKeeping(), messages));
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

suite("the completeness view", () => {
  test("what is missing is what hasn't come, with the times on both sides", () => {
    const seqs = [...numbers(3, 10), ...numbers(15, 20), 3000];
    const reading = readingAfter(seqs.map((seq) => said(seq)));
    const at = (seq: number) => START_MS + seq * 1000;
    assert.deepEqual(
      [...openGaps(reading, TEMPER)].map(({ from, to, fromMs, toMs }) => [from, to, fromMs, toMs]),
      [
        [1, 2, null, at(3)],
        [11, 14, at(10), at(15)],
        [21, 2999, at(20), at(3000)],
      ],
    );
    const [boot] = bootCompleteness(reading);
    assert.equal(boot?.missing, 3000 - seqs.length);
    assert.equal(boot?.highest, 3000);
  });

  test("a number in quarantine is not missing: the sum closes", () => {
    const reading = readingAfter([1, 2, 5].map((seq) => said(seq)));
    const held = () => [3];
    const [boot] = bootCompleteness(reading, TEMPER, held);
    assert.deepEqual([boot?.highest, boot?.stored, boot?.quarantined, boot?.missing], [5, 3, 1, 1]);
    assert.deepEqual(
      [...openGaps(reading, TEMPER, held)].map(({ from, to }) => [from, to]),
      [[4, 4]],
    );
  });

  test("an outage: what never came lowers the coverage, what came late is whole and says when it came", () => {
    // 30 minutes; the uplink is away from 10 to 20, the first half of that is lost.
    const seqs = [...numbers(1, 600), ...numbers(901, 1800)];
    const reading = readingAfter(
      seqs.map((seq) => {
        const late = seq > 900 && seq <= 1200;
        return said(seq, {
          delayMs: late ? (1201 - seq) * 1000 + 61_000 : 200,
          flags: late ? MESSAGE_FLAG.REFILL : 0,
        });
      }),
    );
    const all = coverageOf(reading, TEMPER, START_MS, START_MS + 30 * MINUTE_MS);
    assert.deepEqual([all.seen, all.missing], [1499, 300]);
    assert.ok(Math.abs((all.share ?? 0) - 1499 / 1799) < 1e-9);
    assert.deepEqual(
      all.late.map(({ fromMs, toMs, messages, refills }) => [
        (fromMs - START_MS) / MINUTE_MS,
        (toMs - START_MS) / MINUTE_MS,
        messages,
        refills,
      ]),
      [[15, 21, 300, 300]],
    );
    assert.equal(coverageOf(reading, TEMPER, START_MS, START_MS + 9 * MINUTE_MS).share, 1);
    const dark = coverageOf(reading, TEMPER, START_MS + 11 * MINUTE_MS, START_MS + 14 * MINUTE_MS);
    assert.deepEqual([dark.seen, dark.missing, dark.share, dark.heard], [0, 179, 0, 0]);
    const before = coverageOf(reading, TEMPER, START_MS - 60 * MINUTE_MS, START_MS);
    assert.equal(before.share, null);
    const [first] = receivedByMinute(reading, "tunis-01/line-a", START_MS, START_MS + 60 * MINUTE_MS);
    assert.deepEqual(first, { minuteMs: START_MS, messages: 59, delayMaxMs: 200 });
  });

  test("what comes without identity is counted, and nothing is said to be missing", () => {
    const [boot] = bootCompleteness(readingAfter([said(null), said(null)]));
    assert.deepEqual([boot?.boot, boot?.stored, boot?.highest, boot?.missing], [null, 2, null, 0]);
  });

  test("any order, any restart, numbers twice: the same rows; gaps are those of a plain set", () => {
    const seq = fc.oneof(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: BLOCK_NUMBERS - 5, max: BLOCK_NUMBERS + 5 }),
    );
    const one = fc.record({
      seq,
      boot: fc.constantFrom(BOOT, "boot-0002"),
      delayMs: fc.integer({ min: -500, max: 200_000 }),
    });
    const all = fc
      .uniqueArray(one, { selector: ({ seq, boot }) => `${boot} ${seq}`, minLength: 1, maxLength: 60 })
      .map((said_) =>
        said_.map(({ seq, boot, delayMs }, index) => said(seq, { boot, delayMs, id: index + 1 })),
      );
    const orders = all.chain((each) =>
      fc.record({ each: fc.constant(each), other: fc.shuffledSubarray(each, { minLength: each.length }) }),
    );
    fc.assert(
      fc.property(orders, fc.integer({ min: 0, max: 500_000 }), ({ each, other }, keptMs) => {
        const once = folded(completenessViewKeeping(keptMs), each);
        const again = new MemoryViewStore();
        for (const message of other) {
          completenessViewKeeping(keptMs).fold(message, again);
          if (message.seq !== null && message.seq % 3 === 0)
            completenessViewKeeping(keptMs).fold(message, again);
        }
        assert.deepEqual(again.dump(), once.dump());
        const came = new Set(each.filter(({ boot }) => boot === BOOT).map(({ seq }) => seq ?? 0));
        const missing = [...openGaps(readingOf(once), TEMPER)].filter(({ boot }) => boot === BOOT);
        const listed = missing.flatMap(({ from, to }) => numbers(from, to));
        assert.deepEqual(
          listed,
          numbers(1, Math.max(0, ...came)).filter((number) => !came.has(number)),
        );
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  test("minutes that were let go of don't come back", () => {
    const day = 86_400_000;
    const view = completenessViewKeeping(day);
    const store = folded(view, [said(1), said(2 * 86_400, {})]);
    view.retain?.(START_MS + 2.5 * day, store);
    view.fold(said(2), store);
    const reading = readingOf(store);
    assert.equal(coverageOf(reading, TEMPER, START_MS, START_MS + MINUTE_MS).seen, 0);
    assert.equal([...bootCompleteness(reading)][0]?.stored, 3);
  });
});
