import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { asConcheError, errorReport, exitCodeOf } from "../../src/commands/report-error.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";

const FULL = new ConcheError("CONCHE_DISK_FULL", {
  message: "no room in\n/data",
  hint: "make room",
  cause: new Error("ENOSPC"),
});

test("an error is told with its code and what to do, and with its causes when asked", () => {
  assert.equal(
    errorReport(FULL, false, false),
    "conche: CONCHE_DISK_FULL: no room in\\n/data\n  what to do: make room\n",
  );
  assert.match(
    errorReport(FULL, false, true),
    /make room\nConcheError: [\s\S]*\ncaused by: Error: ENOSPC\n {4}at /,
  );
  assert.deepEqual(JSON.parse(errorReport(FULL, true, false)), {
    error: { code: "CONCHE_DISK_FULL", message: "no room in\n/data", hint: "make room", retryable: false },
  });
});

test("what an error quotes begins no line and moves no cursor; lines of the program's own stay", () => {
  const quoting = new ConcheError("CONCHE_USAGE", {
    message: "no alarm x\nFAKE",
    lines: ["  line 1: y\r\nFAKE", "  line 2"],
    hint: "its alarms are a\nFAKE LINE, b\u001b[2J",
  });
  assert.equal(
    errorReport(quoting, false, false),
    "conche: CONCHE_USAGE: no alarm x\\nFAKE\n  line 1: y\\r\\nFAKE\n  line 2\n" +
      "  what to do: its alarms are a\\nFAKE LINE, b\\x1b[2J\n",
  );
  assert.equal(quoting.message, "no alarm x\nFAKE\n  line 1: y\r\nFAKE\n  line 2");
});

test("exit codes: 1 failed, 2 the words don't fit, 70 a defect", () => {
  assert.equal(exitCodeOf(FULL), 1);
  assert.equal(exitCodeOf(new ConcheError("CONCHE_USAGE", { message: "m" })), 2);
  assert.equal(exitCodeOf(asConcheError(new TypeError("x is undefined"))), 70);
  assert.equal(asConcheError("thrown text").message, "thrown text");
});

test("what nobody foresaw ends the process with CONCHE_INTERNAL and 70, thrown or rejected", () => {
  const main = new URL("../../src/main.ts", import.meta.url).href;
  for (const defect of ['throw new TypeError("boom")', 'Promise.reject(new TypeError("boom"))']) {
    const script = `import { main } from ${JSON.stringify(main)}; await main(["--version"]); setImmediate(() => { ${defect} });`;
    const result = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
    });
    assert.match(result.stderr, /^conche: CONCHE_INTERNAL: boom\n {2}what to do: report it/);
    assert.equal(result.status, 70);
  }
});
