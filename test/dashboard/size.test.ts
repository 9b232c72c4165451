import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import { buildDashboard, isStale } from "../../scripts/build-dashboard.mjs";
import { ROOT } from "../../scripts/tool.ts";

const ASSETS = join(ROOT, "dashboard", "dist", "assets");
const KB = 1_000;

/** Bytes of a script as it is sent to a browser that takes gzip. */
function sent(file: string): number {
  return gzipSync(readFileSync(join(ASSETS, file))).length;
}

/** A script and everything that it imports before its first line runs. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(ASSETS, file), "utf8");
  for (const [, other = ""] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
    withImports(other, seen);
  return seen;
}

suite("what a browser has to load", () => {
  before(async () => {
    if (isStale()) await buildDashboard();
  });

  test("all scripts together are under 150 kB, compressed", () => {
    const scripts = readdirSync(ASSETS).filter((file) => file.endsWith(".js"));
    const bytes = scripts.reduce((sum, file) => sum + sent(file), 0);
    assert.ok(bytes < 150 * KB, `${bytes} bytes in ${scripts.length} scripts`);
  });

  test("each page with what every page needs is under 60 kB, compressed", () => {
    const main = withImports("main.js");
    const pages = readdirSync(ASSETS).filter((file) =>
      /^(plant|line|machine|batches|genealogy|recall|ask|due-diligence|alarms|quality|oee|data|explore|settings)-/.test(
        file,
      ),
    );
    assert.ok(pages.length >= 14, pages.join(", "));
    for (const page of pages) {
      const bytes = [...new Set([...main, ...withImports(page)])].reduce((sum, file) => sum + sent(file), 0);
      assert.ok(bytes < 60 * KB, `${page}: ${bytes} bytes`);
    }
  });
});
