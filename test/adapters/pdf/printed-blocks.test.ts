import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { encoded, widthOf } from "../../../src/adapters/pdf/helvetica.ts";
import { printed } from "../../../src/adapters/pdf/printed-blocks.ts";
import { wrapped } from "../../../src/adapters/pdf/wrap.ts";
import type { Block } from "../../../src/trace/record/record-blocks.ts";

const AROUND = { title: "Batch record B1 (é, ł, 巧)", issuer: "Tunis", foot: "Seal abc", createdMs: 0 };
const COLUMNS = [
  { title: "lot", width: 70 },
  { title: "kg", width: 30, right: true as const },
];

/** The words of every page, from what the file says its objects are: as a reader finds them. */
function pagesOf(file: Uint8Array): string[][] {
  const bytes = Buffer.from(file);
  const text = bytes.toString("latin1");
  const xref = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
  const [, count = "0"] = /^xref\n0 (\d+)\n/.exec(text.slice(xref)) ?? [];
  const rows = text
    .slice(xref)
    .split("\n")
    .slice(3, 2 + Number(count));
  assert.equal(rows.length, Number(count) - 1);
  const objects = rows.map((row, index) => {
    const place = Number(row.slice(0, 10));
    assert.ok(
      text.startsWith(`${index + 1} 0 obj\n`, place),
      `object ${index + 1} is where it is said to be`,
    );
    return place;
  });
  return objects.flatMap((place) => {
    const [, length] =
      /^\d+ 0 obj\n<< \/Filter \/FlateDecode \/Length (\d+) >>\nstream\n/.exec(text.slice(place)) ?? [];
    if (length === undefined) return [];
    const begin = text.indexOf("stream\n", place) + "stream\n".length;
    const content = inflateSync(bytes.subarray(begin, begin + Number(length))).toString();
    return [
      [...content.matchAll(/<([0-9a-f]*)> Tj/g)].map(([, hex = ""]) =>
        Buffer.from(hex, "hex").toString("latin1"),
      ),
    ];
  });
}

suite("a record as PDF", () => {
  test("has every row once, in order, and repeats heads, title and seal on every page", () => {
    const rows = Array.from({ length: 200 }, (_, at) => [`lot-${at}`, String(at)]);
    const blocks: Block[] = [
      { kind: "heading", text: "Ingredients" },
      { kind: "table", columns: COLUMNS, rows },
      { kind: "signature", roles: ["Production", "Quality"] },
    ];
    const pages = pagesOf(printed({ ...AROUND, blocks }));
    assert.ok(pages.length >= 3);
    const lots = pages.flat().filter((word) => /^lot-\d+$/.test(word));
    assert.deepEqual(
      lots,
      rows.map(([lot]) => lot),
    );
    for (const [at, words] of pages.entries()) {
      assert.ok(words.includes(`Page ${at + 1} of ${pages.length}`));
      assert.ok(words.includes("Seal abc"));
      assert.ok(words.some((word) => word.startsWith("Batch record B1")));
      if (words.some((word) => word.startsWith("lot-")))
        assert.ok(words.includes("lot") && words.includes("kg"));
    }
    assert.ok(pages.at(-1)?.includes("Quality: name, date, signature"));
  });

  test("is the same for the same record, whatever is in it", () => {
    const block = fc.oneof(
      fc.record({ kind: fc.constant("text" as const), text: fc.string({ unit: "binary", maxLength: 400 }) }),
      fc.record({
        kind: fc.constant("facts" as const),
        facts: fc.array(fc.tuple(fc.string(), fc.string({ maxLength: 200 })), { maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (blocks) => {
        const once = printed({ ...AROUND, blocks });
        assert.deepEqual(printed({ ...AROUND, blocks }), once);
        assert.ok(pagesOf(once).length >= 1);
      }),
      { numRuns: 50 },
    );
  });

  test("what is decided has a box to tick, a curve its range in digits that tell, its name whole", () => {
    const course = {
      ...{ machine: "tunis/a/s1_dosing/weigher-01", tag: "whole_milk_powder_level_pct", unit: "%" },
      ...{ values: 2, min: -0.0007, max: 0.034, mean: 0.01, firstMs: 0, lastMs: 60_000, coverage: 1 },
      ...{ outside: 0, beyondAlarm: 0, limits: { min: 0.5, max: 1 }, points: [[0, 0] as const] },
    };
    const words = pagesOf(
      printed({
        ...AROUND,
        blocks: [
          { kind: "chart", course },
          { kind: "signature", decisions: ["released", "rejected"], roles: ["Quality"] },
        ],
      }),
    ).flat();
    assert.ok(words.includes("0 to 0.03 %") && words.includes("normal 0.5 to 1"));
    assert.ok(words.join("").includes("whole_milk_powder_level_pct"));
    assert.ok(["Decision", "released", "rejected"].every((word) => words.includes(word)));
  });

  test("a letter that the font lacks loses its accent or is a question mark; the others stay", () => {
    assert.equal(
      Buffer.from(encoded("Épicerie – 5 € ≤ 7 ł 巧 ș")).toString("latin1"),
      "\u00c9picerie \u0096 5 \u0080 <= 7 ? ? s",
    );
  });

  test("lines fit their width and lose no letter", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 20, max: 300 }), (text, width) => {
        const lines = wrapped(text, width, 8, "regular");
        assert.equal(lines.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
        for (const line of lines) assert.ok(line.length <= 1 || widthOf(line, 8, "regular") <= width);
      }),
    );
  });
});
