import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { BoundedFindings, MOST_FINDINGS } from "../../../../src/adapters/sqlite/views/bounded-findings.ts";
import { FINDING_COUNTS, FINDING_NUMBERS, FINDINGS } from "../../../../src/adapters/sqlite/views/editions.ts";
import { MemoryViewStore } from "../../../views/memory-view-store.ts";

function bounded(most?: number) {
  const store = new MemoryViewStore();
  const tables = {
    findings: store.rows(FINDINGS),
    numbers: store.rows(FINDING_NUMBERS),
    counts: store.rows(FINDING_COUNTS),
  };
  return { tables, findings: new BoundedFindings(tables, most) };
}

function finding(key: string, detail = "something") {
  return { key, reason: "wrong", detail, subject: "temper-01", atMs: 0, messageId: 1 };
}

suite("findings of a view", () => {
  test("are those of the last so many reports that nothing healed, counted", () => {
    const said = fc.record({
      key: fc.integer({ min: 0, max: 12 }).map(String),
      heals: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
    });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 60 }), (all) => {
        const { tables, findings } = bounded(5);
        const expected = new Map<string, number>();
        let reports = 0;
        for (const { key, heals } of all) {
          if (heals) {
            findings.heal(key);
            expected.delete(key);
            continue;
          }
          findings.report(finding(key));
          expected.set(key, ++reports);
          for (const [each, number] of expected) if (number <= reports - 5) expected.delete(each);
        }
        const rows = [...tables.findings.range()];
        assert.deepEqual(rows.map(({ key }) => key).sort(), [...expected.keys()].sort());
        assert.equal(findings.present, expected.size);
        assert.equal([...tables.numbers.range()].length, expected.size);
      }),
    );
  });

  test("have a longest sentence", () => {
    const { tables, findings } = bounded();
    findings.report(finding("long", "x".repeat(100_000)));
    assert.equal(tables.findings.get("long")?.detail.length, 1_001);
    assert.equal(MOST_FINDINGS, 10_000);
  });
});
