import assert from "node:assert/strict";
import { test } from "node:test";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { CommitWatch } from "../../../../src/adapters/sqlite/log/commit-watch.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { GroupMaker, record } from "../../../log/log-records.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
/** Longer than any test: what resolves has been woken. */
const NEVER_MS = 2 ** 31 - 1;

test("a commit wakes who waits for it, and one that came before the wait is not missed", async () => {
  const folder = newFolder();
  const log = await openMessageLog(folder);
  const maker = new GroupMaker();
  const watch = new CommitWatch(logFiles(folder).mark, NEVER_MS);
  const stop = new AbortController();
  for (let commit = 1; commit <= 3; commit++) {
    const woken = watch.committed(stop.signal);
    await log.commit(maker.group([record(commit)]));
    assert.equal(await woken, true);
  }
  const waiting = (async () => {
    while (await watch.committed(stop.signal));
  })();
  stop.abort();
  await waiting;
  watch.close();
  await log.close();
});

test("without a mark, waiting ends all the same", async () => {
  const watch = new CommitWatch(logFiles(newFolder()).mark, 1);
  assert.equal(await watch.committed(new AbortController().signal), true);
  watch.close();
});
