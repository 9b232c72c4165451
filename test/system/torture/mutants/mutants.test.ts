import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { ROWS } from "../rows/all.ts";
import { MUTANTS } from "./mutants.ts";
import { patched } from "./plant.ts";

const ROOT = resolve(import.meta.dirname, "..", "..", "..", "..");

describe("The planted bugs of the fault harness", () => {
  it("are at least ten, each with a name of its own", () => {
    assert.ok(MUTANTS.length >= 10);
    assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  });

  for (const { name, row, patches } of MUTANTS) {
    it(`${name} still fits the sources, and row ${row} is there to catch it`, () => {
      assert.ok(ROWS.some(({ number }) => number === row));
      const texts = new Map<string, string>();
      for (const patch of patches) {
        const before = texts.get(patch.file) ?? readFileSync(join(ROOT, patch.file), "utf8");
        texts.set(patch.file, patched(before, patch));
      }
    });
  }
});
