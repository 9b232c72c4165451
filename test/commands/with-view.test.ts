import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LogReader } from "../../src/adapters/sqlite/log/log-reader.ts";
import { afterwards } from "../servers/afterwards.ts";
import { runConche } from "./run-conche.ts";

const START = "2026-01-11T08:00:00Z";

test("what is answered from views that lack much of the log says so", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-with-view-"));
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
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

  // What is to be signed, sent or acted on says it itself; what has no place for it is refused.
  const lot = "tunis-01.line-a.whole_milk_powder.20260111T080000";
  const conche = (...words: string[]) => runConche([...words, "--data", long]);
  assert.match(
    (await conche("recall", lot)).out,
    /^NOT ALL OF IT: [\d,]+ messages of the log are not in this answer/,
  );
  const { drill } = JSON.parse((await conche("recall", lot, "--json")).out);
  assert.ok(drill.behind > 1_000);
  const log = LogReader.open(long);
  const batch = [...log.query({ type: "telemetry" })].find(({ batchId }) => batchId !== null)?.batchId ?? "";
  log.close();
  const record = JSON.parse((await conche("batch", "record", batch, "--json")).out);
  assert.equal(record.exceptions[0].what, "not all of it");
  for (const words of [
    ["recall", lot, "--format", "fsma204"],
    ["recall", lot, "--format", "csv"],
    ["eudr", lot, "--format", "geojson"],
    ["eudr", "--missing", "--format", "csv"],
    ["epcis", lot],
  ]) {
    const refused = await conche(...words);
    assert.deepEqual([refused.code, refused.out], [1, ""], words.join(" "));
    assert.match(refused.err, /CONCHE_VIEWS_BEHIND/);
  }
  // Its own folder has all of it.
  const missing = await runConche(["eudr", "--missing", "--data", brief]);
  assert.equal(missing.code, 0, missing.err);
  assert.match(missing.out, /^\d+ cocoa lots were received, 0 of them without a reference\.$/m);
});
