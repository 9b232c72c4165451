import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { afterwards } from "../servers/afterwards.ts";
import { runConche } from "./run-conche.ts";

const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
/** One command of each way to the views, and those that ask the log first. */
const COMMANDS = [
  ["tags"],
  ["trend", TEMPER, "temp_c"],
  ["alarms", "list"],
  ["oee"],
  ["spc", "list"],
  ["holds", "list"],
  ["trace", "lot-1"],
  ["batch", "record", "B1"],
  ["ask", "7"],
  ["now"],
  ["views"],
];

test("every command says of a folder that has no log that it has none, and not that it will be ready", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-no-log-"));
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
  const missing = join(folder, "missing");
  for (const words of COMMANDS) {
    const { code, err } = await runConche([...words, "--data", missing]);
    assert.equal(code, 1, words.join(" "));
    assert.match(err, /CONCHE_LOG_MISSING: there is no log in/, words.join(" "));
  }
  const empty = await runConche(["tags", "--data", folder]);
  assert.match(empty.err, /CONCHE_LOG_MISSING: there is no log in/);
  // As after a restore that left out the log.
  await writeFile(join(folder, "views.db"), "");
  const hollow = await runConche(["tags", "--data", folder]);
  assert.match(hollow.err, /CONCHE_LOG_MISSING: there is no log in/);
});
