import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { lockHolder } from "../../../../src/adapters/sqlite/database/folder-lock.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { LogProcess } from "../log/log-process.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

suite("one writer per log", () => {
  test("a second process is refused, and told who has it since when", async () => {
    const folder = newFolder();
    const first = new LogProcess(folder);
    try {
      assert.equal(await first.ask(), "open");
      await assert.rejects(openMessageLog(folder), isConcheError("CONCHE_LOG_IN_USE", false));
      await assert.rejects(
        openMessageLog(folder),
        new RegExp(`process ${first.child.pid} on .* since \\d{4}-\\d\\d-\\d\\dT`),
      );
      const holder = lockHolder(logFiles(folder));
      assert.equal(holder?.pid, first.child.pid);
      // The refused one has left no trace: the first goes on.
      assert.equal(await first.ask("commit 3"), "committed 3");
    } finally {
      await first.kill();
    }
  });

  test("the log is free at once when its process was killed", async () => {
    const folder = newFolder();
    for (let round = 1; round <= 3; round++) {
      const writer = new LogProcess(folder);
      assert.equal(await writer.ask(), "open");
      assert.equal(await writer.ask("commit 10"), `committed ${round * 10}`);
      await writer.kill();
      assert.equal(lockHolder(logFiles(folder)), undefined);
    }
    await (await openMessageLog(folder)).close();
  });

  test("a second log in the same process is refused too, and free after closing", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder, { now: () => Date.UTC(2026, 0, 11) });
    await assert.rejects(
      openMessageLog(folder),
      new RegExp(`process ${process.pid} .* since 2026-01-11T00:00:00.000Z`),
    );
    await log.close();
    assert.equal(lockHolder(logFiles(folder)), undefined);
    await (await openMessageLog(folder)).close();
  });

  test("a log that could not be opened is not left locked", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    await log.close();
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(logFiles(folder).database);
    const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
    db.exec("PRAGMA user_version = 99");
    await assert.rejects(openMessageLog(folder), isConcheError("CONCHE_LOG_TOO_NEW", false));
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
    await (await openMessageLog(folder)).close();
  });
});
