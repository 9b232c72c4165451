import assert from "node:assert/strict";
import { test } from "node:test";
import { completenessText } from "../../../src/adapters/terminal/completeness-format.ts";
import type { CompletenessReport, CompletenessRow } from "../../../src/log/completeness.ts";

const ROW: CompletenessRow = {
  machine: "tunis-01/line-a/s5_tempering/temper-01",
  boot: "b",
  highest: 1,
  stored: 1,
  missing: 0,
  missingRanges: [],
  refilled: 0,
  duplicates: 0,
  quarantined: 0,
  clockSkewMs: 0,
  firstSeenAt: 0,
  lastSeenAt: 0,
};

function reportOf(skews: readonly number[]): CompletenessReport {
  const totals = {
    seen: 1,
    stored: 1,
    missing: 0,
    refilled: 0,
    duplicates: 0,
    quarantined: 0,
    quarantinedUnsequenced: 0,
    unsequenced: 0,
  };
  const rows = skews.map((clockSkewMs) => ({ ...ROW, clockSkewMs }));
  return { totals: { publishers: 1, incomplete: 0, ...totals }, rows, sessionsLost: [] };
}

test("a clock that is off says so in the unit that tells something", () => {
  const text = completenessText(
    reportOf([0, 400, -59_900, 240_000, -5_400_000, -27_758_314_700, 400 * 86_400_000]),
    { columns: 200, colour: false },
  );
  const shown = Array.from(text.matchAll(/ {2}([+-]?[\d.,]+ (?:s|min|h|days)) {2}/g), ([, skew]) => skew);
  assert.deepEqual(shown, ["0.0 s", "+0.4 s", "-59.9 s", "+4 min", "-1.5 h", "-321 days", "+400 days"]);
});
