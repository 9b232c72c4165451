import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { IMPLAUSIBLE_FLAGS, MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import { plausibilityRows } from "../../../src/log/plausibility-report.ts";
import { flagged, plausibilityView } from "../../../src/monitor/plausibility/plausibility-view.ts";
import { readingOf } from "../memory-reading.ts";
import { folded, viewMessage } from "../view-messages.ts";

const T0 = Date.UTC(2026, 0, 11, 8);
const MACHINES = ["tunis-01/line-a/s5_tempering/temper-01", "tunis-01/line-a/s8_packaging/packer-03"];

function said(id: number, machine: string, flags: number) {
  const payload = { tags: { temp_c: 31 } };
  return viewMessage({ id, machine, type: "telemetry", atMs: T0, receivedAtMs: T0 + id, flags, payload });
}

suite("what doesn't fit the plant or the clock", () => {
  test("is counted by machine and flag, with the first and the newest; other flags are none of it", () => {
    const { UNKNOWN_TAG, NOT_A_NUMBER, REFILL } = MESSAGE_FLAG;
    const store = folded(plausibilityView, [
      said(1, MACHINES[0] ?? "", UNKNOWN_TAG | NOT_A_NUMBER),
      said(2, MACHINES[0] ?? "", UNKNOWN_TAG | REFILL),
      said(3, MACHINES[1] ?? "", REFILL),
      said(4, MACHINES[1] ?? "", 0),
    ]);
    const row = { machine: MACHINES[0], first_received_ms: T0 + 1 };
    const both = [
      { ...row, flag: "not_a_number", messages: 1, last_received_ms: T0 + 1, last_id: 1 },
      { ...row, flag: "unknown_tag", messages: 2, last_received_ms: T0 + 2, last_id: 2 },
    ];
    assert.deepEqual([...flagged(readingOf(store))], both);
    assert.deepEqual([...flagged(readingOf(store), [MACHINES[0] ?? "", "not_a_number"])], both.slice(1));
  });

  test("a desk is no machine: logs of before have it flagged as an unknown one, which counts for nothing", () => {
    const { UNKNOWN_MACHINE, CLOCK_SKEW } = MESSAGE_FLAG;
    const desk = "tunis-01/line-a/s0_office/shell";
    const store = folded(plausibilityView, [said(1, desk, UNKNOWN_MACHINE | CLOCK_SKEW)]);
    assert.deepEqual(
      [...flagged(readingOf(store))].map(({ flag }) => flag),
      ["clock_skew"],
    );
    const count = { count: 1, firstAt: T0, lastAt: T0, lastId: 1 };
    const rows = plausibilityRows(
      [{ machine: desk, flags: UNKNOWN_MACHINE | CLOCK_SKEW, ...count }],
      IMPLAUSIBLE_FLAGS,
    );
    assert.deepEqual(
      rows.map(({ flag }) => flag),
      ["clock_skew"],
    );
  });

  test("is the same in whatever order messages come", () => {
    const message = fc.record({ machine: fc.constantFrom(...MACHINES), flags: fc.nat(8191) });
    const orders = fc.array(message, { maxLength: 12 }).chain((all) => {
      const messages = all.map(({ machine, flags }, index) => said(index + 1, machine, flags));
      return fc.record({
        messages: fc.constant(messages),
        other: fc.shuffledSubarray(messages, { minLength: messages.length }),
      });
    });
    fc.assert(
      fc.property(orders, ({ messages, other }) => {
        const dump = (of: typeof messages) => folded(plausibilityView, of).dump();
        assert.deepEqual(dump(other), dump(messages));
      }),
    );
  });
});
