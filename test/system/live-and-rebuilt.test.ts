import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { viewsFiles } from "../../src/adapters/sqlite/database/database-files.ts";
import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { SqliteFollowedLog } from "../../src/adapters/sqlite/views/sqlite-followed-log.ts";
import { allViews } from "../../src/run/views/all-views.ts";
import { Follower } from "../../src/views/follower.ts";
import { dumpViews } from "../adapters/sqlite/views/views-dump.ts";
import { runConche } from "../commands/run-conche.ts";
import { afterwards } from "../servers/afterwards.ts";

const TELEMETRY_S = "300";
const LARGE = 64 * 1024 * 1024;
/** So small that rows are forgotten and read again all the time. */
const SMALL = 2_000_000;
/** Chunks of 500 messages between two starts. */
const STEPS_OF_A_LIFE = 15;

/** Folds a log to its end, one process after another; returns a checksum of each view's rows. */
async function folded(folder: string, cacheBytes: number, portionMs: number, steps: number) {
  for (const end of ["", "-wal", "-shm"]) await rm(`${viewsFiles(folder).database}${end}`, { force: true });
  for (let atEnd = false; !atEnd; ) {
    const log = new SqliteFollowedLog(folder);
    const opened = await OpenViews.open(folder, { cacheBytes });
    const parts = { views: allViews(), log, store: opened.store, now: () => performance.now(), portionMs };
    const follower = new Follower(parts);
    for (let step = 0; step < steps && !atEnd; step++) atEnd = follower.step().atEnd;
    opened.close();
    log.close();
  }
  const db = new DatabaseSync(viewsFiles(folder).database);
  const sums = new Map<string, string>();
  let [view, hash, lines] = ["", createHash("sha256"), 0];
  for (const line of dumpViews(db)) {
    if (line.startsWith('{"view"')) [view, hash, lines] = [line, createHash("sha256"), 0];
    hash.update(line);
    sums.set(view, `${++lines} rows ${hash.copy().digest("hex")}`);
  }
  db.close();
  return sums;
}

test("views of a simulated day: lived through in small steps and many starts, or rebuilt at once, byte for byte", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "conche-rebuilt-"));
  afterwards(context, () => rm(folder, { recursive: true, force: true }));
  const day = ["simulate", "--backfill", "1d", "--data", folder, "--quiet"];
  const made = await runConche([...day, "--telemetry-interval", TELEMETRY_S]);
  assert.equal(made.code, 0, made.err);
  const rebuilt = await folded(folder, LARGE, 1_000, Number.POSITIVE_INFINITY);
  const lived = await folded(folder, SMALL, 0, STEPS_OF_A_LIFE);
  assert.ok(rebuilt.size >= 8, [...rebuilt.keys()].join("\n"));
  assert.deepEqual(lived, rebuilt);
});
