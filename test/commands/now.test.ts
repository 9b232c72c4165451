import assert from "node:assert/strict";
import { test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { append, FIRST_MS, filledLog, record, refused } from "./filled-log.ts";
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

test("conche now of views that are behind the log begins with that, calls nobody silent, and counts quarantine", async (context) => {
  const running = [
    record(0, "state", { v: 2, state: "Execute" }),
    record(1, "telemetry", { v: 2, tags: { temp_c: 31.4 } }),
  ];
  const data = await filledLog(context, running, [refused(Buffer.from("no json"))]);
  const now = (...words: string[]) => runConche(["now", "--data", data, "--machine", "temper-01", ...words]);
  assert.equal((await runConche(["rebuild", "--data", data])).code, 0);
  // Months later, with all that the log has.
  const level = await now();
  assert.match(level.out, /temper-01 +unknown .*silent/);
  assert.match(level.out, /1 in quarantine: conche quarantine list/);
  const log = await openMessageLog(data);
  await append(log, [record(2, "telemetry", { v: 2, tags: { temp_c: 31.5 } })]);
  await log.close();
  const behind = await now();
  assert.match(behind.out, /^OLD: as of Sun 11 Jan 09:00:02 \+01:00, .* ago; 1 message behind\n/);
  assert.match(behind.out, /temper-01 +Execute/);
  const { lines, heard_until, quarantined } = JSON.parse((await now("--json")).out);
  assert.deepEqual(
    [lines[0].machines[0].unknown_why, heard_until, quarantined],
    [null, new Date(FIRST_MS + 2_000).toISOString(), 1],
  );
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
