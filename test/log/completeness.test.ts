import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { MachineKey } from "../../src/contract/topic.ts";
import { SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import { type CompletenessReading, reportCompleteness } from "../../src/log/completeness.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";
import { BOOT, MACHINE } from "../ingest/delivered.ts";

const OTHER_BOOT = "0198c5f2-0000-7000-8000-000000000002";

/** A publisher that has `stored` numbers in the log and these ranges missing. */
function publisher(fields: Partial<SequenceState>): SequenceState {
  const state = new SequenceTracker({ machine: MACHINE as MachineKey, boot: BOOT }).state();
  return { ...state, firstSeenAt: 1_000, lastSeenAt: 2_000, ...fields };
}

function reading(parts: Partial<CompletenessReading>): CompletenessReading {
  return {
    sequences: () => [],
    unsequenced: () => [],
    unsequencedQuarantine: () => [],
    sessionLosses: () => [],
    close: () => {},
    ...parts,
  };
}

suite("the completeness report", () => {
  test("adds up whatever the publishers are", () => {
    const gaps = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(gaps, fc.nat(10), fc.nat(5)), { maxLength: 8 }), (publishers) => {
        const sequences = publishers.map(([missing, quarantined, duplicates], index) => {
          const highest = 201 + quarantined;
          const boot = `0198c5f2-0000-7000-8000-00000000000${index}`;
          const ranges = missing.sort((a, b) => a - b).map((seq) => [seq, seq] as const);
          const stored = highest - quarantined - missing.length;
          return publisher({ boot, highest, stored, quarantined, duplicates, missing: ranges });
        });
        const { totals, rows } = reportCompleteness(reading({ sequences: () => sequences }));
        assert.equal(rows.length, publishers.length);
        for (const row of rows) assert.equal(row.highest, row.stored + row.quarantined + row.missing);
        assert.equal(totals.seen, totals.stored + totals.quarantined + totals.missing);
        assert.equal(
          totals.missing,
          publishers.reduce((sum, [missing]) => sum + missing.length, 0),
        );
        assert.equal(totals.incomplete, publishers.filter(([missing]) => missing.length > 0).length);
      }),
    );
  });

  test("what came without identity is counted apart, its quarantine by the topic's machine", () => {
    const { totals, rows } = reportCompleteness(
      reading({
        sequences: () => [publisher({ highest: 4, stored: 3, quarantined: 1 })],
        unsequenced: () => [{ machine: MACHINE, stored: 7, firstSeenAt: 500, lastSeenAt: 900 }],
        unsequencedQuarantine: () => [
          { topic: `factory/${MACHINE}/state`, count: 2, firstSeenAt: 400, lastSeenAt: 600 },
          { topic: "factory/what", count: 1, firstSeenAt: 5, lastSeenAt: 6 },
        ],
      }),
    );
    assert.deepEqual(
      rows.map(({ machine, boot, stored, quarantined, firstSeenAt, lastSeenAt }) => [
        ...[machine, boot, stored, quarantined],
        ...[firstSeenAt, lastSeenAt],
      ]),
      [
        ["", null, 0, 1, 5, 6],
        [MACHINE, null, 7, 2, 400, 900],
        [MACHINE, BOOT, 3, 1, 1_000, 2_000],
      ],
    );
    assert.deepEqual([totals.publishers, totals.unsequenced, totals.quarantined], [1, 7, 4]);
    // The law holds for what has numbers: stored 3, quarantined 1 of 4 seen.
    assert.equal(
      totals.seen,
      totals.stored + totals.missing + totals.quarantined - totals.quarantinedUnsequenced,
    );
  });

  test("each condition leaves out what doesn't fit it", () => {
    const elsewhere = "tunis-02/line-b/s6_molding/molder-01" as MachineKey;
    const sequences = () => [
      publisher({ highest: 5, stored: 3, missing: [[2, 3]] }),
      publisher({ boot: OTHER_BOOT, highest: 1, stored: 1, firstSeenAt: 3_000, lastSeenAt: 4_000 }),
      publisher({ machine: elsewhere, highest: 1, stored: 1, firstSeenAt: 3_000, lastSeenAt: 4_000 }),
    ];
    const found = (filter: Parameters<typeof reportCompleteness>[1]) =>
      reportCompleteness(reading({ sequences }), filter).rows.map(({ machine, boot }) => [machine, boot]);
    const [first, second, third] = [
      [MACHINE, BOOT],
      [MACHINE, OTHER_BOOT],
      [elsewhere, BOOT],
    ];
    assert.deepEqual(found({}), [first, second, third]);
    assert.deepEqual(found({ site: "tunis-02" }), [third]);
    assert.deepEqual(found({ line: "line-a" }), [first, second]);
    assert.deepEqual(found({ step: "s6_molding" }), [third]);
    assert.deepEqual(found({ machine: "temper-01" }), [first, second]);
    assert.deepEqual(found({ sinceMs: 2_001 }), [second, third]);
    assert.deepEqual(found({ untilMs: 3_000 }), [first]);
    assert.deepEqual(found({ incomplete: true }), [first]);
  });
});
