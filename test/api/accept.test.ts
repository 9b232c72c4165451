import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { preferredType, weightedList } from "../../src/api/accept.ts";

const JSON_OR_CSV = ["application/json", "text/csv"];
const OFFERED = [...JSON_OR_CSV, "text/plain"];
const weight = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
const range = fc.constantFrom(...OFFERED, "text/*", "application/*", "*/*", "image/png");
const ranges = fc.array(fc.record({ range, weight }), { minLength: 1, maxLength: 8 });
const header = (list: readonly { range: string; weight: number }[]) =>
  list.map((each) => `${each.range};q=${each.weight}`).join(", ");

suite("what an Accept header prefers", () => {
  test("is what it weighs most, by the most exact range; of equals what it names first", () => {
    for (const [accept, wanted] of [
      ["", "application/json"],
      ["*/*", "application/json"],
      ["text/csv", "text/csv"],
      ["text/csv, */*", "text/csv"],
      ["application/json, text/csv", "application/json"],
      ["text/csv, application/json", "text/csv"],
      ["text/csv;q=0.5, application/json;q=0.9", "application/json"],
      ["text/csv;q=0", undefined],
      ["text/csv;q=0, */*", "application/json"],
      ["application/json;q=0, */*;q=0.1", "text/csv"],
      ["text/*", "text/csv"],
      ["text/*;q=0.3, text/csv;q=0, */*;q=0.1", "application/json"],
      ["TEXT/CSV ; Q=0.9 , application/json; q=0.8", "text/csv"],
      ["text/csv;header=present;q=0.2, application/json;charset=utf-8;q=0.3", "application/json"],
      ["text/csv;q=0.000", undefined],
      ["text/csv;q=nonsense", "text/csv"],
      ["text/html, application/xhtml+xml, */*;q=0.8", "application/json"],
      ["application/xml", undefined],
      [" , ;q=1,", "application/json"],
    ] as const) {
      assert.equal(preferredType(accept, JSON_OR_CSV), wanted, accept);
    }
  });

  test("is offered and taken by some range; undefined only where each has weight 0 or none fits", () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const found = preferredType(header(list), OFFERED);
        // Worked out anew: what the most exact ranges of each type weigh.
        const weights = OFFERED.map((type) => {
          const kinds = [type, `${type.split("/")[0]}/*`, "*/*"];
          const exact = kinds.find((kind) => list.some((each) => each.range === kind));
          return Math.max(0, ...list.filter((each) => each.range === exact).map((each) => each.weight));
        });
        const most = Math.max(...weights);
        if (most === 0) assert.equal(found, undefined);
        else assert.equal(weights[OFFERED.indexOf(found ?? "")], most);
      }),
    );
  });

  test("doesn't depend on the order where the weights differ", () => {
    const distinct = fc.uniqueArray(fc.record({ range, weight }), {
      minLength: 1,
      maxLength: 7,
      selector: (each) => each.range,
      comparator: "SameValue",
    });
    const shuffled = distinct
      .filter((list) => new Set(list.map((each) => each.weight)).size === list.length)
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        // What one wildcard takes together is equal; two types tell everything.
        assert.equal(preferredType(header(list), JSON_OR_CSV), preferredType(header(other), JSON_OR_CSV));
      }),
    );
  });

  test("any text is a list, with weights from 0 to 1", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const each of weightedList(text)) assert.ok(each.weight >= 0 && each.weight <= 1);
        preferredType(text, OFFERED);
      }),
    );
  });
});
