import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/tool.ts";

const COPIED = [
  ".dependency-cruiser.cjs",
  ".gitignore",
  "biome.json",
  "dashboard",
  "docs",
  "package-lock.json",
  "package.json",
  "scripts",
  "src",
  "tsconfig.json",
];

/** A copy of the checkout in which every check has something to find. */
function brokenCheckout(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "conche-check-")));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "src/errors/type.ts"), 'export const count: number = "three";\n');
  writeFileSync(join(folder, "src/errors/format.ts"), "export   const spaced=1\n");
  writeFileSync(
    join(folder, "src/errors/upward.ts"),
    'export type { LogRecord } from "../log/message-log.ts";\n',
  );
  writeFileSync(join(folder, "src/errors/bare.ts"), "export const bare = 1;\n");
  appendFileSync(join(folder, "docs/errors.md"), "by hand\n");
  const lockFile = join(folder, "package-lock.json");
  const lock = JSON.parse(readFileSync(lockFile, "utf8"));
  lock.packages["node_modules/yaml"].resolved = "https://registry.example/yaml.tgz";
  writeFileSync(lockFile, JSON.stringify(lock, null, 2));
  return folder;
}

test("npm run check fails on whatever one of its checks finds, and says what it is", (t) => {
  const folder = brokenCheckout();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const result = spawnSync(process.execPath, [join(folder, "scripts/check.ts")], { encoding: "utf8" });
  assert.equal(result.status, 1, result.stdout);
  const [lines = "", ...details] = result.stdout.split("\n\n✖ ");
  for (const name of [
    "types",
    "dependency rule",
    "format and lint",
    "generated files",
    "doc comments",
    "lock file",
  ]) {
    assert.match(lines, new RegExp(`^✖ ${name} +\\d+\\.\\d s$`, "m"), result.stdout);
  }
  const found = details.join("\n");
  assert.match(found, /src\/errors\/type\.ts.*TS2322/);
  assert.match(found, /errors-imports: src\/errors\/upward\.ts/);
  assert.match(found, /src\/errors\/format\.ts format/);
  assert.match(found, /docs\/errors\.md/);
  assert.match(found, /src\/errors\/bare\.ts:1 const bare has no doc comment/);
  assert.match(found, /registry of node_modules\/yaml/);
});
