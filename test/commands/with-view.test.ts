import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runConche } from "./run-conche.ts";

const START = "2026-01-11T08:00:00Z";

test("what is answered from views that lack much of the log says so", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-with-view-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const history = async (name: string, span: string): Promise<string> => {
    const data = join(folder, name);
    const made = await runConche([
      "simulate",
      "--backfill",
      span,
      "--start",
      START,
      "--data",
      data,
      "--quiet",
    ]);
    assert.equal(made.code, 0, made.err);
    return data;
  };
  const brief = await history("brief", "2m");
  const long = await history("long", "20m");
  const rebuilt = await runConche(["rebuild", "--data", brief, "--json"]);
  assert.equal(rebuilt.code, 0, rebuilt.err);
  const level = await runConche(["alarms", "list", "--data", brief]);
  assert.equal(level.code, 0, level.err);
  assert.doesNotMatch(level.err, /not the present/);

  await copyFile(join(brief, "views.db"), join(long, "views.db"));
  for (const words of [
    ["alarms", "list"],
    ["tags", "temper-01"],
    ["trace", "B20260111-DA-0042"],
  ]) {
    const behind = await runConche([...words, "--data", long]);
    assert.match(
      behind.err,
      /this is not the present: [\d,]+ messages of the log are not in it yet/,
      words.join(" "),
    );
  }
});
