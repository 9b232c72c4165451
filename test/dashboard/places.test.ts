import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bestFits, type Place } from "../../dashboard/src/app/places.ts";

const place = (words: string): Place => ({ address: `/${words}`, words, kind: "machine" });
const PLACES = ["Tempering temper-01", "temper-01 outlet temp_c", "Conching conche-01", "Data"].map(place);
const found = (typed: string) => bestFits(PLACES, typed, 10).map(({ words }) => words);

suite("the palette", () => {
  test("every word has to fit; the shorter of two that fit alike comes first", () => {
    assert.deepEqual(found("temper"), ["Tempering temper-01", "temper-01 outlet temp_c"]);
    assert.deepEqual(found("temper outlet"), ["temper-01 outlet temp_c"]);
    assert.deepEqual(found("nothing of this kind"), []);
  });

  test("the beginning of a word fits better than its middle", () => {
    assert.equal(found("con")[0], "Conching conche-01");
    assert.equal(bestFits([place("falcon"), place("con")], "con", 1)[0]?.words, "con");
  });

  test("nothing typed shows the first of all", () => {
    assert.equal(found("").length, PLACES.length);
  });
});
