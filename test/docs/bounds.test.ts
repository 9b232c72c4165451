import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

const ROOT = resolve(import.meta.dirname, "..", "..");
const TEXT = readFileSync(join(ROOT, "docs", "bounds.md"), "utf8");

/** The rows of the page's tables, without their heads. */
const ROWS = TEXT.split("\n")
  .filter((line) => line.startsWith("|") && !/^\|(-|.*\| filled by \|$)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  );

describe("docs/bounds.md", () => {
  it("says of each thing what, how much, what happens then, and which test fills it", () => {
    assert.ok(ROWS.length > 30, `${ROWS.length} rows`);
    for (const cells of ROWS) {
      assert.equal(cells.length, 4, cells.join(" | "));
      assert.match(cells.at(-1) ?? "", /^`test\/[^`]+\.test\.ts`$/, cells.join(" | "));
    }
  });

  it("names files that exist", () => {
    const named = Array.from(TEXT.matchAll(/`((?:src|test)\/[^`]+)`/g), ([, file = ""]) => file);
    assert.deepEqual(
      named.filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
  });
});
