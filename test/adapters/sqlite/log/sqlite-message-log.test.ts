import assert from "node:assert/strict";
import { renameSync, rmSync, statSync, truncateSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { suite, test } from "node:test";
import { assertDurable } from "../../../../src/adapters/sqlite/database/connection.ts";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { toConcheError } from "../../../../src/adapters/sqlite/database/sqlite-error.ts";
import { logStatistics } from "../../../../src/adapters/sqlite/log/log-statistics.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { GroupMaker, quarantined, record, TEN_O_CLOCK } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

suite("SqliteMessageLog", () => {
  test("a lock held by another program is waited for a moment, then the commit can be repeated", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder, { busyTimeoutMs: 10 });
    const other = new DatabaseSync(logFiles(folder).database);
    other.exec("BEGIN IMMEDIATE");
    const group = new GroupMaker().group([record(1)], [quarantined()]);
    await assert.rejects(log.commit(group), isConcheError("CONCHE_LOG_BUSY", true));
    other.exec("ROLLBACK");
    await log.commit(group);
    assert.deepEqual(await log.totals(), { received: 2, stored: 1, duplicates: 0, quarantined: 1 });
    other.close();
    await log.close();
    assert.deepEqual(verifyLog(folder).findings, []);
  });

  test("a group that failed leaves no trace in the index either", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    const maker = new GroupMaker();
    let seq = 0;
    for (let commit = 0; commit < 30; commit++) {
      const group = maker.group(Array.from({ length: 700 }, () => record(++seq, { batchId: `B-${seq}` })));
      const marks = [{ quarantineId: 1, messageIndex: 0, note: "" }];
      const totals = { ...group.totals, quarantined: -1, received: group.totals.received - 1 };
      // Fails at the very end of its transaction, after full blocks were written.
      await assert.rejects(
        log.commitReplay({ ...group, totals }, marks),
        isConcheError("CONCHE_QUARANTINE_UNKNOWN", false),
      );
      await log.commit(group);
    }
    await log.close();
    assert.deepEqual(verifyLog(folder).findings, []);
  });

  test("rows of another program are noticed, and end the log", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    const other = new DatabaseSync(logFiles(folder).database);
    other.exec("INSERT INTO mqtt_messages (ts, topic, payload_json) VALUES ('', '', '')");
    other.close();
    const group = new GroupMaker().group([record(1)]);
    await assert.rejects(log.commit(group), isConcheError("CONCHE_LOG_CORRUPT", false));
    await assert.rejects(log.commit(group), isConcheError("CONCHE_LOG_CORRUPT", false));
    await log.close();
    await assert.rejects(openMessageLog(folder), isConcheError("CONCHE_LOG_CORRUPT", false));
  });

  for (const [what, spoil] of [
    ["deleted", (path: string) => rmSync(path)],
    ["moved away", (path: string) => renameSync(path, `${path}.old`)],
  ] as const) {
    test(`files that are ${what} under the running log are noticed before the next message is acknowledged`, {
      skip: process.platform === "win32" ? "Windows doesn't let an open file be removed" : false,
    }, async () => {
      for (const file of ["database", "wal"] as const) {
        const folder = newFolder();
        const log = await openMessageLog(folder);
        const maker = new GroupMaker();
        await log.commit(maker.group([record(1)]));
        spoil(logFiles(folder)[file]);
        await assert.rejects(log.commit(maker.group([record(2)])), isConcheError("CONCHE_LOG_IO", false));
        await log.close();
      }
    });
  }

  test("a database that is emptied under the running log is noticed before the next message is acknowledged", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    const maker = new GroupMaker();
    await log.commit(maker.group([record(1)]));
    truncateSync(logFiles(folder).database);
    await assert.rejects(log.commit(maker.group([record(2)])), isConcheError("CONCHE_LOG_IO", false));
    await log.close();
  });

  test("the write-ahead log stays small without anybody closing the log", async () => {
    const folder = newFolder();
    const checkpointBytes = 512 * 1024;
    const log = await openMessageLog(folder, { checkpointBytes });
    const maker = new GroupMaker();
    let seq = 0;
    for (let commit = 0; commit < 100; commit++) {
      await log.commit(maker.group(Array.from({ length: 200 }, () => record(++seq))));
    }
    assert.ok(statSync(logFiles(folder).wal).size < 3 * checkpointBytes);
    assert.ok(statSync(logFiles(folder).database).size > 3 * checkpointBytes);
    await log.close();
  });

  test("a commit without messages moves counters and time on", async () => {
    const folder = newFolder();
    let now = TEN_O_CLOCK;
    const log = await openMessageLog(folder, { now: () => now });
    const maker = new GroupMaker();
    await log.commit(maker.group([record(1)]));
    now += 1_000;
    await log.commit(maker.group([], [], 5));
    const statistics = logStatistics(folder);
    assert.deepEqual(
      [statistics.rows, statistics.totals.duplicates, statistics.lastCommitAt, statistics.writer?.pid],
      [1, 5, TEN_O_CLOCK + 1_000, process.pid],
    );
    assert.ok(statistics.databaseBytes > 0 && statistics.walBytes > 0);
    await log.close();
    const closed = logStatistics(folder);
    assert.deepEqual([closed.writer, closed.walBytes, closed.rows], [undefined, 0, 1]);
  });
});

suite("durability", () => {
  for (const [what, sql] of [
    ["journal_mode is delete", "PRAGMA journal_mode = DELETE"],
    ["synchronous is 1", "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE t (a)"],
    [
      "locking_mode is exclusive",
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE t (a)",
    ],
    ["did not go through a write-ahead log", "PRAGMA journal_mode = WAL"],
  ] as const) {
    test(`a connection is refused when ${what}`, () => {
      const files = logFiles(newFolder());
      const db = new DatabaseSync(files.database);
      db.exec(`CREATE TABLE first (a); ${sql}`);
      assert.throws(() => assertDurable(db, files), isConcheError("CONCHE_LOG_NOT_DURABLE", false));
      assert.throws(() => assertDurable(db, files), new RegExp(what));
      db.close();
    });
  }
});

suite("errors of SQLite and of the system", () => {
  const sqlite = (errcode: number) =>
    Object.assign(new Error("said so"), { code: "ERR_SQLITE_ERROR", errcode });
  const system = (code: string) => Object.assign(new Error("said so"), { code, syscall: "write" });
  for (const [error, code, retryable] of [
    [sqlite(5), "CONCHE_LOG_BUSY", true],
    [sqlite(5 | (2 << 8)), "CONCHE_LOG_BUSY", true],
    [sqlite(6), "CONCHE_LOG_BUSY", true],
    [sqlite(13), "CONCHE_DISK_FULL", true],
    [sqlite(10 | (19 << 8)), "CONCHE_DISK_FULL", true],
    [sqlite(10 | (4 << 8)), "CONCHE_LOG_IO", false],
    [sqlite(10), "CONCHE_LOG_IO", false],
    [sqlite(11), "CONCHE_LOG_CORRUPT", false],
    [sqlite(26), "CONCHE_LOG_CORRUPT", false],
    [sqlite(8), "CONCHE_DATA_FOLDER", false],
    [sqlite(14), "CONCHE_DATA_FOLDER", false],
    [sqlite(1), "CONCHE_INTERNAL", false],
    [system("ENOSPC"), "CONCHE_DISK_FULL", true],
    [system("EIO"), "CONCHE_LOG_IO", false],
    [system("EACCES"), "CONCHE_DATA_FOLDER", false],
    [new TypeError("a defect"), "CONCHE_INTERNAL", false],
  ] as const) {
    test(`${"errcode" in error ? error.errcode : "code" in error ? error.code : error.name} is ${code}`, () => {
      const known = toConcheError(error, "testing", "/data/log.db");
      isConcheError(code, retryable)(known);
      assert.match(known.message, /while testing: \/data\/log\.db$/);
      assert.equal(known.cause, error);
    });
  }
});
