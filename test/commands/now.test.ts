import assert from "node:assert/strict";
import { test } from "node:test";
import { filledLog, record } from "./filled-log.ts";
import { runConche } from "./run-conche.ts";

test("conche now of a machine or line that nobody knows says so, and which may have been meant", async (context) => {
  const data = await filledLog(context, [record(0, "state", { v: 2, state: "Execute" }, "foreign-07")]);
  const now = (...words: string[]) => runConche(["now", "--data", data, ...words]);
  assert.equal((await runConche(["rebuild", "--data", data])).code, 0);
  const mistyped = await now("--machine", "temper-11");
  assert.match(mistyped.err, /CONCHE_USAGE: there is no machine temper-11, did you mean temper-01\?/);
  assert.notEqual(mistyped.code, 0);
  assert.match((await now("--line", "nope", "--json")).err, /there is no line nope/);
  // One that only the log knows, and one that only the plant knows.
  for (const machine of ["foreign-07", "temper-01"]) {
    const { code, err } = await now("--machine", machine);
    assert.equal(code, 0, err);
  }
});
