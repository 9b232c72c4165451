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

test("conche now and conche views as CSV: a row for each machine, and for each view", async (context) => {
  const data = await filledLog(context, [record(0, "state", { v: 2, state: "Execute" })]);
  assert.equal((await runConche(["rebuild", "--data", data])).code, 0);
  const csv = async (...words: string[]) => {
    const { code, out, err } = await runConche([...words, "--data", data, "--format", "csv"]);
    assert.equal(code, 0, err);
    return out.trimEnd().split("\n");
  };
  const [head, row, ...others] = await csv("now", "--machine", "temper-01");
  assert.equal(
    head,
    "at,line,machine,state,unknown_why,since,mode,reason_category,reason_code,reason_message,caused_by,connected,product,batch,last_received",
  );
  assert.match(
    row ?? "",
    /^20[^,]*Z,tunis-01\/line-a,tunis-01\/line-a\/s5_tempering\/temper-01,Execute,,2026-01-11T08:00:00.000Z,/,
  );
  assert.deepEqual(others, []);
  assert.ok((await csv("now")).length > 8);

  const [names, ...views] = await csv("views");
  assert.match(names ?? "", /^name,version,standing,position,behind,newest,rows,/);
  assert.ok(
    views.some((each) => each.startsWith("machine-state,") && each.includes(",answering,1,0,2026-")),
    views.join(),
  );

  const watched = await runConche(["now", "--data", data, "--watch", "--format", "csv"]);
  assert.deepEqual([watched.code, /CONCHE_USAGE: --watch with --format csv/.test(watched.err)], [2, true]);
  const two = await runConche(["views", "--data", data, "--json", "--format", "csv"]);
  assert.match(two.err, /--format csv asks for one format/);
});
