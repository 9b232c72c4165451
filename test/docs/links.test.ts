import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "node:test";

const ROOT = resolve(import.meta.dirname, "..", "..");
const PAGES = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT }).sort();
const FENCE = /^```[^\n]*\n.*?^```$/gms;

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8").replaceAll(FENCE, "");
}

/** The anchors that a page's headings get. */
function anchorsOf(page: string): string[] {
  return Array.from(textOf(page).matchAll(/^#+ (.+)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The links of a page that lead nowhere. */
function broken(page: string): string[] {
  const links = Array.from(textOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : join(dirname(page), file);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).includes(anchor);
  });
}

describe("links between pages", () => {
  for (const page of PAGES) it(page, () => assert.deepEqual(broken(page), []));

  it("docs/README.md leads to every page for users", () => {
    const index = readFileSync(join(ROOT, "docs", "README.md"), "utf8");
    const pages = globSync("docs/**/*.md", { cwd: ROOT }).filter(
      (page) => !page.startsWith("docs/decisions/") && page !== join("docs", "README.md"),
    );
    assert.deepEqual(
      pages.filter((page) => !index.includes(`](${page.slice("docs/".length)}`)),
      [],
    );
  });
});
