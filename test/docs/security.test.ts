import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

const ROOT = resolve(import.meta.dirname, "..", "..");
const TEXT = readFileSync(join(ROOT, "SECURITY.md"), "utf8");

describe("SECURITY.md", () => {
  it("names tests and pages that exist", () => {
    const tests = Array.from(TEXT.matchAll(/`(test\/[^`]+)`/g), ([, file = ""]) => file);
    const pages = Array.from(TEXT.matchAll(/\]\(([^)#]+)/g), ([, file = ""]) => file);
    assert.ok(tests.length > 10);
    assert.deepEqual(
      [...tests, ...pages].filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
  });

  it("the bill of materials has every dependency", () => {
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "sbom"], {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === "win32",
    });
    assert.equal(status, 0, stderr);
    const { bomFormat, components } = JSON.parse(stdout);
    assert.equal(bomFormat, "CycloneDX");
    const names = new Set(components.map(({ name }: { name: string }) => name));
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    for (const name of Object.keys(dependencies)) assert.ok(names.has(name), name);
  });
});
