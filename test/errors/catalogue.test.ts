import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { ROOT } from "../../scripts/tool.ts";
import { ERROR_CATALOGUE } from "../../src/errors/catalogue.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import type { ErrorEntry } from "../../src/errors/error-entry.ts";

const CODES = Object.keys(ERROR_CATALOGUE);

/** The text of everything that can raise an error. */
function sources(): string {
  const files = ["src/**/*.ts", "bin/*.mjs"].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  return files
    .filter((file) => !file.endsWith("catalogue.ts") || !file.includes("errors"))
    .map((file) => readFileSync(join(ROOT, file), "utf8"))
    .join("\n");
}

suite("the error catalogue", () => {
  test("every code that is raised is in it", () => {
    const raised = sources().matchAll(/new ConcheError\(\s*"([^"]+)"|\bconche: (CONCHE_\w+):/g);
    const unknown = Array.from(raised, ([, raisedCode, printed]) => raisedCode ?? printed ?? "").filter(
      (code) => !CODES.includes(code),
    );
    assert.deepEqual(unknown, []);
  });

  test("every code of it can be raised", () => {
    const text = sources();
    // In quotes, or printed by the door that runs before any error class: a comment doesn't raise anything.
    const dead = CODES.filter((code) => !text.includes(`"${code}"`) && !text.includes(`conche: ${code}:`));
    assert.deepEqual(dead, []);
  });

  test("every code says what it means and what to do", () => {
    for (const [code, { meaning, hint }] of Object.entries<ErrorEntry>(ERROR_CATALOGUE)) {
      assert.match(code, /^CONCHE(_[A-Z0-9]+)+$/);
      assert.match(meaning, /^[A-Z].*[^.]$/s, code);
      assert.match(hint, /^[a-z`"].*[^.]$/s, code);
    }
  });

  test("an error brings the catalogue's hint where it has none of its own", () => {
    const plain = new ConcheError("CONCHE_LOG_MISSING", { message: "no log in ./data" });
    assert.equal(plain.hint, ERROR_CATALOGUE.CONCHE_LOG_MISSING.hint);
    assert.equal(plain.retryable, false);
    const own = new ConcheError("CONCHE_LOG_MISSING", {
      message: "no log",
      hint: "look elsewhere",
      cause: plain,
    });
    assert.equal(own.hint, "look elsewhere");
    assert.equal(own.cause, plain);
  });
});
