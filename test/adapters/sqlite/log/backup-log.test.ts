import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { type BackupProgress, backupLog } from "../../../../src/adapters/sqlite/log/backup-log.ts";
import { LogReader } from "../../../../src/adapters/sqlite/log/log-reader.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { GroupMaker, quarantined, record } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";
import { LogProcess } from "./log-process.ts";

const newFolder = temporaryFolders();

suite("backing a log up", () => {
  test("gives one sound file with the log of one commit, while another process writes", async () => {
    const folder = newFolder();
    const writer = new LogProcess(folder);
    try {
      assert.equal(await writer.ask(), "open");
      assert.equal(await writer.ask("commit 20000"), "committed 20000");
      const told: BackupProgress[] = [];
      const target = join(newFolder(), "datacenter_messages.db");
      let writing = true;
      const written = (async () => {
        for (let stored = 20_000; writing; stored += 100) {
          assert.equal(await writer.ask("commit 100"), `committed ${stored + 100}`);
        }
      })();
      const report = await backupLog(folder, target, { onProgress: (progress) => told.push(progress) });
      writing = false;
      await written;
      assert.deepEqual(readdirSync(join(target, "..")), ["datacenter_messages.db"]);
      assert.ok(report.totals.stored >= 20_000);
      assert.ok(report.bytes > 1_000_000);
      assert.ok(told.every(({ done, total }) => done >= 0 && done <= total));
      assert.deepEqual(new Set(told.map(({ phase }) => phase)), new Set(["copying", "checking"]));
      const verified = verifyLog(join(target, ".."));
      assert.deepEqual([verified.findings, verified.rows], [[], report.totals.stored]);
      const [copied, original] = [join(target, ".."), folder].map((each) => {
        const reader = LogReader.open(each);
        const rows = [...reader.query({ beforeId: report.totals.stored + 1 })];
        reader.close();
        return rows;
      });
      assert.deepEqual(copied, original);
    } finally {
      await writer.kill();
    }
  });

  test("a copy put into an empty folder is a log that goes on", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([record(1)], [quarantined()], 3));
    const target = join(newFolder(), "backup.db");
    await backupLog(folder, target);
    await log.close();
    const restored = newFolder();
    copyFileSync(target, logFiles(restored).database);
    const again = await openMessageLog(restored);
    assert.deepEqual(await again.totals(), { received: 5, stored: 1, duplicates: 3, quarantined: 1 });
    await again.commit(new GroupMaker(await again.totals()).group([record(null)]));
    await again.close();
    assert.deepEqual(verifyLog(restored).findings, []);
  });

  test("never writes over a file, and leaves nothing half-done", async () => {
    const folder = newFolder();
    await (await openMessageLog(folder)).close();
    const place = newFolder();
    const target = join(place, "backup.db");
    writeFileSync(target, "precious");
    await assert.rejects(backupLog(folder, target), isConcheError("CONCHE_BACKUP_FAILED", false));
    const below = join(place, "nowhere", "backup.db");
    await assert.rejects(backupLog(folder, below), isConcheError("CONCHE_BACKUP_FAILED", false));
    mkdirSync(join(place, "taken.db.partial"));
    await assert.rejects(
      backupLog(folder, join(place, "taken.db")),
      isConcheError("CONCHE_BACKUP_FAILED", false),
    );
    assert.deepEqual(readdirSync(place).sort(), ["backup.db", "taken.db.partial"]);
    // What an attempt that was killed left is taken away.
    writeFileSync(join(place, "second.db.partial"), "half");
    await backupLog(folder, join(place, "second.db"));
    assert.ok(!existsSync(join(place, "second.db.partial")));
  });

  test("says that there is nothing to back up", async () => {
    await assert.rejects(
      backupLog(newFolder(), join(newFolder(), "b.db")),
      isConcheError("CONCHE_LOG_MISSING", false),
    );
  });
});
