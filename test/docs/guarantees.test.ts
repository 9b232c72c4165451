import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "node:test";
import { MUTANTS } from "../system/torture/mutants/mutants.ts";

const FILE = resolve(import.meta.dirname, "..", "..", "docs", "guarantees.md");
const TEXT = readFileSync(FILE, "utf8");

/** The files that a piece of Markdown links to. */
function linked(markdown: string): string[] {
  return Array.from(markdown.matchAll(/\]\(([^)#]+)/g), ([, target = ""]) => target);
}

describe("docs/guarantees.md", () => {
  it("links to files that exist", () => {
    const gone = linked(TEXT).filter((target) => !existsSync(join(dirname(FILE), target)));
    assert.deepEqual(gone, []);
  });

  for (const promise of ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]) {
    it(`links ${promise} to its tests`, () => {
      const [, words = ""] = new RegExp(`^\\*\\*${promise}\\.(.*?)\\n\\n`, "ms").exec(TEXT) ?? [];
      const tests = linked(words.slice(words.indexOf("\nTests: ")));
      assert.ok(tests.length >= 2, `${promise} has ${tests.length} tests`);
      for (const test of tests) assert.match(test, /^\.\.\/test\//);
    });
  }

  it("names the rows of the fault matrix that have a file of their own among the later ones", () => {
    const text = TEXT.replaceAll("\n", " ");
    for (const row of [29, 30, 31, 33, 42, 43, 44, 46, 47, 48])
      assert.match(text, new RegExp(`\\.test\\.ts\\) \\(row ${row}\\)`));
  });

  it("has every planted bug in its table, with the row that catches it", () => {
    for (const { name, what, row } of MUTANTS) {
      assert.ok(TEXT.includes(`| \`${name}\` | ${what} | ${row}: `), `the table lacks ${name}`);
    }
  });
});
