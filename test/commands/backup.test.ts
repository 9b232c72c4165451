import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { append, filledLog, record } from "./filled-log.ts";
import { runConche } from "./run-conche.ts";

test("a backup beside the writer is a whole log that every command reads", async (context) => {
  const messages = Array.from({ length: 200 }, (_, index) => record(index, "telemetry"));
  const data = await filledLog(context, messages);
  const target = join(data, "backups", "today");
  const log = await openMessageLog(data);
  try {
    await append(log, [record(200, "alarm")]);
    const made = await runConche(["backup", target, "--data", data, "--json"]);
    assert.deepEqual([made.code, made.err], [0, ""]);
    assert.deepEqual(JSON.parse(made.out).totals, {
      received: 201,
      stored: 201,
      duplicates: 0,
      quarantined: 0,
    });
  } finally {
    await log.close();
  }
  assert.deepEqual(await readdir(target), ["datacenter_messages.db"]);
  assert.equal((await runConche(["verify", "--data", target])).code, 0);
  const last = await runConche(["log", "tail", "--limit", "1", "--data", target]);
  assert.match(last.out, /\/alarm -> /);
});

test("a file can be the target, one that is there is not overwritten, and without a log there is none", async (context) => {
  const data = await filledLog(context, [record(0, "state")]);
  const file = join(data, "copy.db");
  const made = await runConche(["backup", file, "--data", data]);
  assert.match(made.out, /copy\.db: 1 stored, 0 in quarantine, as of 20/);
  const again = await runConche(["backup", file, "--data", data]);
  assert.match(again.err, /^conche: CONCHE_BACKUP_FAILED: there is a file of that name already/);
  const none = await runConche(["backup", join(data, "folder"), "--data", join(data, "none")]);
  assert.match(none.err, /^conche: CONCHE_LOG_MISSING: /);
  assert.deepEqual([again.code, none.code], [1, 1]);
  assert.ok(!(await readdir(data)).includes("folder"));
});
