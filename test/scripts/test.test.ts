import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, suite, test } from "node:test";

const RUNNER = resolve(import.meta.dirname, "../../scripts/test.ts");

const FILES = {
  "passes.test.mjs": 'import test from "node:test"; test("fine", () => {});',
  "fails.test.mjs": 'import test from "node:test"; test("broken", () => { throw new Error("as planted"); });',
  "skips.test.mjs": 'import test from "node:test"; test("needs a tool", { skip: "install it" }, () => {});',
  "later.test.mjs": 'import test from "node:test"; test("one day", { todo: true }, () => {});',
  "empty.test.mjs": "export {};",
  "settings.test.mjs":
    'import test from "node:test"; test("clean", () => { if (process.env.CONCHE_DATA) throw new Error("leaked"); });',
};

suite("npm test", () => {
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "conche-runner-"));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function runner(args: readonly string[], settings: NodeJS.ProcessEnv = {}) {
    const env: NodeJS.ProcessEnv = { ...process.env, CI: undefined, FORCE_COLOR: undefined, ...settings };
    // Set by the runner this test runs under; with it, Node refuses to run test files from a test.
    delete env.NODE_TEST_CONTEXT;
    const paths = args.map((arg) => (arg in FILES ? join(folder, arg) : arg));
    return spawnSync(process.execPath, [RUNNER, ...paths], { env, encoding: "utf8" });
  }

  test("passes with Node's own closing lines", () => {
    const result = runner(["passes.test.mjs"]);
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /^ℹ tests 1$/m);
    assert.match(result.stdout, /^ℹ pass 1$/m);
    assert.match(result.stdout, /^ℹ skipped 0$/m);
  });

  test("fails when one of the files fails", () => {
    const result = runner(["passes.test.mjs", "fails.test.mjs"]);
    assert.equal(result.status, 1);
    assert.match(result.stdout, /as planted/);
  });

  test("a skipped test fails in CI, by name and reason, and nowhere else", () => {
    assert.equal(runner(["passes.test.mjs", "skips.test.mjs"]).status, 0);
    const inCi = runner(["passes.test.mjs", "skips.test.mjs"], { CI: "true" });
    assert.equal(inCi.status, 1);
    assert.match(inCi.stderr, /skips\.test\.mjs: needs a tool \(install it\)/);
  });

  test("a test left to do fails in CI as well", () => {
    const inCi = runner(["later.test.mjs"], { CI: "true" });
    assert.equal(inCi.status, 1);
    assert.match(inCi.stderr, /one day/);
  });

  test("a file in which nothing runs is a failure", () => {
    const result = runner(["passes.test.mjs", "empty.test.mjs"]);
    assert.equal(result.status, 1);
    assert.match(result.stderr, /empty\.test\.mjs/);
  });

  test("a name or a path that matches nothing is a failure", () => {
    assert.equal(runner(["passes.test.mjs", "--name", "fine"]).status, 0);
    assert.match(runner(["passes.test.mjs", "--name", "no such name"]).stderr, /no test has run/);
    const nowhere = runner(["no-such-file"]);
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.stderr, /no test file matches no-such-file/);
  });

  test("an option that doesn't exist is refused without a stack trace", () => {
    const result = runner(["--nmae", "x"]);
    assert.equal(result.status, 1);
    assert.match(result.stderr, /^npm test: .*--nmae/);
    assert.doesNotMatch(result.stderr, /\n\s+at /);
  });

  test("a developer's own settings don't reach the tests", () => {
    assert.equal(runner(["settings.test.mjs"], { CONCHE_DATA: "/somewhere" }).status, 0);
  });
});
