import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { NameTable } from "../../../src/trace/graph/name-table.ts";

/** Whatever a string can be, broken surrogates included, and names that begin or end alike. */
const name = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.string({ unit: "grapheme" }),
  fc.nat({ max: 30 }).map((n) => `tunis-01.line-a.B20260111-DA-${n}.M1`),
  fc.nat({ max: 30 }).map((n) => `${n}.L`),
);

suite("names and their numbers", () => {
  test("are what a map says, in the order in which they came", () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 200 }), (names) => {
        const table = new NameTable();
        const known = new Map<string, number>();
        for (const each of names) {
          assert.equal(table.find(each), known.get(each));
          const number = known.get(each) ?? known.size;
          known.set(each, number);
          assert.equal(table.numberOf(each), number);
        }
        assert.equal(table.size, known.size);
        for (const [each, number] of known) {
          assert.equal(table.find(each), number);
          assert.equal(table.nameOf(number), each);
        }
      }),
    );
  });

  test("are as many as there are, however often room is made", () => {
    const table = new NameTable();
    for (let n = 0; n < 50_000; n++) assert.equal(table.numberOf(`lot-${n}-é`), n);
    for (let n = 0; n < 50_000; n += 7) {
      assert.equal(table.find(`lot-${n}-é`), n);
      assert.equal(table.nameOf(n), `lot-${n}-é`);
    }
    assert.equal(table.find("lot-50000-é"), undefined);
    assert.throws(() => table.nameOf(50_000), RangeError);
  });
});
