import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import type { LogRecord } from "../../src/log/message-log.ts";
import { afterwards } from "../servers/afterwards.ts";
import { append, filledLog, record } from "./filled-log.ts";
import { CONCHE, runConche } from "./run-conche.ts";

const BATCH = "B20260111-DA-0042";

function aFew(): LogRecord[] {
  return [
    record(0, "batch", { event: "BATCH_START", batch_id: BATCH }, "line-controller"),
    record(1, "telemetry", { batch_id: BATCH, tags: { temp_c: 31.4 } }),
    record(2, "alarm", { severity: "HIGH", code: "=CMD", message: "x\u001b[2J\u009by", batch_id: BATCH }),
    record(3, "state", { state: "IDLE" }, "mixer-02"),
  ];
}

function idsOf(jsonLines: string): number[] {
  return jsonLines
    .trimEnd()
    .split("\n")
    .filter(Boolean)
    .map((line): number => JSON.parse(line).id);
}

test("query finds by machine, type, batch and time", async (context) => {
  const data = await filledLog(context, aFew());
  const ask = async (...words: string[]) => {
    const { code, out, err } = await runConche([
      "log",
      "query",
      "--data",
      data,
      "--format",
      "jsonl",
      ...words,
    ]);
    assert.deepEqual([code, err], [0, ""]);
    return idsOf(out);
  };
  assert.deepEqual(await ask(), [1, 2, 3, 4]);
  assert.deepEqual(await ask("--machine", "mixer-02"), [4]);
  assert.deepEqual(await ask("--type", "alarm", "--site", "tunis-01", "--line", "line-a"), [3]);
  assert.deepEqual(await ask("--batch", BATCH, "--order", "desc"), [3, 2, 1]);
  assert.deepEqual(await ask("--since", "2026-01-11T08:00:01Z", "--until", "2026-01-11T08:00:03Z"), [2, 3]);
  assert.deepEqual(await ask("--step", "s5_tempering", "--type", "quality"), []);
});

test("query as a table can't act on the terminal, and says when there is more", async (context) => {
  const data = await filledLog(context, aFew());
  const { out, err } = await runConche(["log", "query", "--data", data, "--type", "alarm"]);
  assert.match(
    out,
    /^id +ts +machine +type +batch +payload\n 3 +2026-01-11T08:00:02\.000Z +tunis-01\/line-a/,
  );
  assert.doesNotMatch(out.replaceAll("\n", ""), /\p{Cc}/u);
  assert.equal(err, "");
  const some = await runConche(["log", "query", "--data", data, "--limit", "2"]);
  assert.equal(some.err, "2 shown, there are more: --limit N, or conche log export\n");
  assert.equal(some.out.trimEnd().split("\n").length, 3);
  assert.equal(
    (await runConche(["log", "query", "--data", data, "--machine", "none"])).out,
    "no message fits\n",
  );
});

test("tail shows the newest, oldest of them first", async (context) => {
  const data = await filledLog(context, aFew());
  const { out } = await runConche(["log", "tail", "--data", data, "--limit", "2"]);
  const line = "factory/tunis-01/line-a/s5_tempering";
  assert.deepEqual(out.split("\n"), [
    `${line}/temper-01/alarm -> 2026-01-11T08:00:02.000Z  HIGH =CMD: x\\x1b[2J\\x9by`,
    `${line}/mixer-02/state -> 2026-01-11T08:00:03.000Z  IDLE`,
    "",
  ]);
  const json = await runConche(["log", "tail", "--data", data, "--limit", "3", "--type", "alarm", "--json"]);
  assert.deepEqual(idsOf(json.out), [3]);
});

/** A `log tail --follow` of which lines can be awaited. */
function following(context: TestContext, data: string, words: readonly string[] = []) {
  const child: ChildProcess = spawn(
    process.execPath,
    [...CONCHE, "log", "tail", "--follow", "--data", data, ...words],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  afterwards(context, () => child.kill("SIGKILL"));
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return { child, next };
}

test("tail --follow goes on with what is stored by another process, and Ctrl-C ends it with 0", async (context) => {
  const data = await filledLog(context, aFew());
  const { child, next } = following(context, data, ["--limit", "1", "--machine", "mixer-02"]);
  assert.match(await next(), /mixer-02\/state -> 2026-01-11T08:00:03/);
  const log = await openMessageLog(data);
  try {
    await append(log, [record(4, "telemetry"), record(5, "state", { state: "RUNNING" }, "mixer-02")]);
    assert.match(await next(), /mixer-02\/state -> 2026-01-11T08:00:05\.000Z {2}RUNNING/);
    await append(log, [record(6, "state", {}, "mixer-02")]);
    assert.match(await next(), /mixer-02\/state -> 2026-01-11T08:00:06/);
  } finally {
    await log.close();
  }
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "close"), [0, null]);
});

test("tail --follow ends when its reader goes away", async (context) => {
  const data = await filledLog(context, aFew());
  const { child, next } = following(context, data, ["--limit", "1"]);
  await next();
  child.stdout?.destroy();
  const log = await openMessageLog(data);
  await append(log, [record(4, "telemetry")]);
  await log.close();
  assert.deepEqual(await once(child, "close"), [0, null]);
});

test("export streams the whole log to a file, by its name as CSV", async (context) => {
  const many = Array.from({ length: 3_000 }, (_, index) => record(index, "telemetry", { n: index }));
  const data = await filledLog(context, [...many, ...aFew()]);
  const [csv, jsonl] = [join(data, "all.csv"), join(data, "all.jsonl")];
  const written = await runConche(["log", "export", "--data", data, "--output", csv]);
  assert.equal(written.out, `3,004 messages written to ${csv}\n`);
  assert.equal((await readFile(csv, "utf8")).trimEnd().split("\n").length, 3_005);
  const json = await runConche(["log", "export", "--data", data, "--output", jsonl, "--json"]);
  assert.deepEqual(JSON.parse(json.out), { file: jsonl, messages: 3_004 });
  assert.equal(idsOf(await readFile(jsonl, "utf8")).length, 3_004);
  assert.deepEqual(
    (await readdir(data)).filter((name) => name.endsWith(".partial")),
    [],
  );
});

test("export | head ends quietly", async (context) => {
  const many = Array.from({ length: 3_000 }, (_, index) =>
    record(index, "telemetry", { fill: "x".repeat(500) }),
  );
  const data = await filledLog(context, many);
  const child = spawn(process.execPath, [...CONCHE, "log", "export", "--data", data], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complained: string[] = [];
  child.stderr.on("data", (chunk) => complained.push(String(chunk)));
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = await once(child, "close");
  assert.deepEqual([code, complained], [0, []]);
});

test("without a log, with a damaged one, or with options that don't fit, the error says so", async (context) => {
  const data = await filledLog(context, aFew());
  const missing = await runConche(["log", "tail", "--data", join(data, "none")]);
  assert.match(missing.err, /^conche: CONCHE_LOG_MISSING: /);
  assert.equal(missing.code, 1);
  await writeFile(join(data, "datacenter_messages.db"), "not a database ".repeat(1_000));
  const damaged = await runConche(["log", "tail", "--data", data]);
  assert.match(damaged.err, /^conche: CONCHE_LOG_CORRUPT: .*\n {2}what to do: /);
  assert.equal(damaged.code, 1);
  const words = ["--type", "alarms", "--since", "yesterday", "--limit", "0", "--step", "5"];
  const { code, err } = await runConche(["log", "query", "--data", data, ...words]);
  assert.equal(code, 2);
  assert.match(err, /^conche: CONCHE_USAGE: --step = "5": must be a step such as s5_tempering$/m);
  assert.match(err, /^--type = "alarms": must be one of .*, did you mean alarm\?$/m);
  assert.match(err, /^--since = "yesterday": must be a time such as/m);
  assert.match(err, /^--limit = "0": must be a whole number from 1 to/m);
  const backwards = await runConche(["log", "query", "--data", data, "--since", "1h", "--until", "2h"]);
  assert.match(backwards.err, /^conche: CONCHE_USAGE: --since .* must be before --until/);
  const unknown = await runConche(["log", "tial"]);
  assert.match(unknown.err, /^conche: CONCHE_USAGE: unknown command 'tial', did you mean tail\?\n/);
  const none = await runConche(["log"]);
  assert.match(none.err, /^conche: CONCHE_USAGE: conche log needs a command: tail, query, export\n/);
  assert.deepEqual([backwards.code, unknown.code, none.code], [2, 2, 2]);
});

test("an export never replaces a file of a log, under its own name or behind a link", async () => {
  const folder = await mkdtemp(join(tmpdir(), "conche-export-"));
  try {
    const log = await openMessageLog(folder);
    await log.close();
    const database = join(folder, "datacenter_messages.db");
    const before = await readFile(database);
    await symlink(database, join(folder, "link.jsonl"));
    for (const name of ["datacenter_messages.db", "datacenter_messages.mark", "link.jsonl"]) {
      const run = await runConche(["log", "export", "--data", folder, "--output", join(folder, name)]);
      assert.equal(run.code, 1, name);
      assert.match(run.err, /CONCHE_OUTPUT_UNWRITABLE/);
    }
    assert.deepEqual(await readFile(database), before);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("export --wide has a column per tag, --every a row per span, --tag the tags that are asked for", async (context) => {
  const data = await filledLog(context, [
    record(0, "telemetry", { product_type: "dark", tags: { temp_c: 31, mode: "AUTO" } }),
    record(1, "state", { state: "RUNNING" }),
    record(2, "telemetry", { product_type: "dark", tags: { temp_c: 33, "=CMD": 1 } }),
    record(3, "telemetry", { tags: { torque_nm: 5 } }, "mixer-02"),
  ]);
  const exported = async (...words: string[]) => {
    const { out, err, code } = await runConche(["log", "export", "--data", data, ...words]);
    assert.equal(code, 0, err);
    return out.trim().split("\n");
  };
  const place = "tunis-01,line-a,s5_tempering";
  assert.deepEqual(await exported("--wide", "--format", "csv"), [
    "ts,site,line,step,machine,product,batch_id,'=CMD,mode,temp_c,torque_nm",
    `2026-01-11T08:00:00.000Z,${place},temper-01,dark,,,AUTO,31,`,
    `2026-01-11T08:00:02.000Z,${place},temper-01,dark,,1,,33,`,
    `2026-01-11T08:00:03.000Z,${place},mixer-02,,,,,,5`,
  ]);
  assert.deepEqual(await exported("--every", "10s", "--tag", "temp_c", "--format", "csv"), [
    "ts,site,line,step,machine,product,batch_id,temp_c",
    `2026-01-11T08:00:00.000Z,${place},temper-01,dark,,32`,
  ]);
  const [first] = await exported("--tag", "temp_c");
  assert.deepEqual(JSON.parse(String(first)).tags, { temp_c: 31 });
  const wrong = await runConche(["log", "export", "--data", data, "--wide", "--type", "alarm"]);
  assert.match(
    wrong.err,
    /CONCHE_USAGE: --wide has a column per tag, and a message of type alarm has no tags/,
  );
});

test("whoever gets nothing for a name that the log doesn't have is told which was meant", async (context) => {
  const data = await filledLog(context, [record(0, "alarm", { batch_id: "B20260111-DA-0042" })]);
  const said = async (...words: string[]) => (await runConche(["log", ...words, "--data", data])).err;
  assert.equal(
    await said("query", "--machine", "temper-1"),
    "there is no machine 'temper-1' in the log, did you mean temper-01?\n",
  );
  assert.equal(
    await said("export", "--batch", "B20260111-DA-0043"),
    "there is no batch 'B20260111-DA-0043' in the log, did you mean B20260111-DA-0042?\n",
  );
  assert.equal(
    await said("tail", "--site", "zagreb"),
    "there is no site 'zagreb' in the log; there is tunis-01\n",
  );
  assert.equal(await said("query", "--machine", "temper-01", "--type", "state"), "", "it is known");
});
