import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { View, ViewStore } from "../../src/views/view.ts";
import type { RowRange, ViewTable } from "../../src/views/view-table.ts";
import { MemoryViewStore } from "./memory-view-store.ts";

const TABLE: ViewTable<{
  place: string;
  at: number;
  word: string;
  value: number | null;
  bytes: Uint8Array | null;
}> = {
  name: "events",
  columns: { value: "real", place: "text", at: "integer", bytes: "blob", word: "text" },
  key: ["place", "at", "word"],
};

/** What the suite writes to. */
export const SUITE_VIEW: View = { name: "suite", version: 1, consumes: [], tables: [TABLE], fold() {} };

/** A store under test. */
export interface StoreUnderTest {
  store(): ViewStore;
  /** Makes durable what was written; all of it must be there afterwards. */
  commit(): void;
  close(): void;
}

const places = fc.constantFrom("a", "b", "b\u0000", "é", "");
const times = fc.integer({ min: -2, max: 6 });
const words = fc.constantFrom("x", "y", "xy");
const key = fc.tuple(places, times, words);

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      key,
      value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)),
      bytes: fc.option(fc.uint8Array({ maxLength: 40 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("get" as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("range" as const),
      range: fc.oneof(
        rangeOver(fc.constant([]), places),
        rangeOver(
          places.map((place) => [place]),
          times,
        ),
        rangeOver(
          fc.tuple(places, times).map((both) => [...both]),
          words,
        ),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("commit" as const) }) },
);

function rangeOver(
  prefix: fc.Arbitrary<(number | string)[]>,
  next: fc.Arbitrary<number | string>,
): fc.Arbitrary<RowRange> {
  return fc.record({
    prefix,
    from: fc.option(next, { nil: undefined }),
    to: fc.option(next, { nil: undefined }),
    after: fc.option(
      key.map((parts) => [...parts]),
      { nil: undefined },
    ),
    order: fc.constantFrom("asc" as const, "desc" as const, undefined),
    limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
}

/** What every store of rows must do; the one in memory says what is right. */
export function viewRowsSuite(name: string, open: () => StoreUnderTest): void {
  suite(`rows of a view in ${name}`, () => {
    test("any puts, deletes, commits: the same rows as in memory, by key and by range", () => {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
          const under = open();
          try {
            const expected = new MemoryViewStore().rows(TABLE);
            for (const each of operations) {
              const actual = under.store().rows(TABLE);
              if (each.do === "commit") under.commit();
              else if (each.do === "range") {
                assert.deepEqual(
                  [...actual.range(each.range)].map(plain),
                  [...expected.range(each.range)].map(plain),
                );
              } else if (each.do === "get") {
                assert.deepEqual(plain(actual.get(...each.key)), plain(expected.get(...each.key)));
              } else if (each.do === "delete") {
                actual.delete(...each.key);
                expected.delete(...each.key);
              } else {
                const [place, at, word] = each.key;
                const row = { place, at, word, value: each.value, bytes: each.bytes };
                actual.put(row);
                expected.put(row);
              }
            }
            under.commit();
            assert.deepEqual(
              [...under.store().rows(TABLE).range()].map(plain),
              [...expected.range()].map(plain),
            );
          } finally {
            under.close();
          }
        }),
        { numRuns: 150 },
      );
    });

    test("a range may be read while its rows are written", () => {
      const under = open();
      try {
        const rows = under.store().rows(TABLE);
        for (let at = 0; at < 700; at++) rows.put({ place: "a", at, word: "w", value: at, bytes: null });
        let seen = 0;
        for (const row of rows.range({ prefix: ["a"] })) {
          rows.put({ ...row, value: (row.value ?? 0) * 2 });
          seen++;
        }
        assert.equal(seen, 700);
        assert.equal(rows.get("a", 699, "w")?.value, 1_398);
      } finally {
        under.close();
      }
    });

    test("findings are reported, replaced and healed", () => {
      const under = open();
      try {
        const finding = { key: "k", reason: "r", detail: "first", subject: "m", atMs: 1, messageId: 1 };
        under.store().report(finding);
        under.commit();
        under.store().report({ ...finding, detail: "second" });
        under.store().heal("k");
        under.store().heal("unknown");
        under.commit();
        under.store().report({ ...finding, key: "other" });
        under.commit();
      } finally {
        under.close();
      }
    });
  });
}

/** Rows without what differs between stores: the row's own prototype. */
function plain(row: object | undefined): object | undefined {
  return row === undefined ? undefined : { ...row };
}
