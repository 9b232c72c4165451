import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import {
  type GeneratedFiles,
  generatedFiles,
  staleFiles,
  writeGenerated,
} from "../../scripts/generated-files.ts";
import { ROOT } from "../../scripts/tool.ts";

const GENERATED: GeneratedFiles = {
  documents: new Map([
    ["docs/page.md", "page\n"],
    ["docs/all/deep/one.json", "{}\n"],
  ]),
  wholeFolders: ["docs/all"],
};

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "conche-generated-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

suite("generated files", () => {
  test("the committed ones are what the sources give", async () => {
    assert.deepEqual(await staleFiles(ROOT, await generatedFiles()), []);
  });

  test("the same sources give the same texts", async () => {
    assert.deepEqual(await generatedFiles(), await generatedFiles());
  });

  test("a missing, a changed and a left-over file are found; other files are none of their business", async (t) => {
    const root = folder(t);
    mkdirSync(join(root, "docs/all/deep"), { recursive: true });
    writeFileSync(join(root, "docs/page.md"), "page, edited\n");
    writeFileSync(join(root, "docs/written-by-hand.md"), "mine\n");
    writeFileSync(join(root, "docs/all/deep/before.json"), "{}\n");
    const stale = await staleFiles(root, GENERATED);
    assert.deepEqual(stale, ["docs/page.md", "docs/all/deep/one.json", "docs/all/deep/before.json"]);
  });

  test("writing brings all of them up to date, and nothing is left to write", async (t) => {
    const root = folder(t);
    mkdirSync(join(root, "docs/all"), { recursive: true });
    writeFileSync(join(root, "docs/all/before.json"), "{}\n");
    assert.equal((await writeGenerated(root, GENERATED)).length, 3);
    assert.equal(readFileSync(join(root, "docs/page.md"), "utf8"), "page\n");
    assert.deepEqual(await writeGenerated(root, GENERATED), []);
  });
});
