import assert from "node:assert/strict";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { type DatabaseFiles, logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { LogReader } from "../../../../src/adapters/sqlite/log/log-reader.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import { GroupMaker, quarantined, record } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";
import { LogProcess } from "./log-process.ts";

const newFolder = temporaryFolders();
const ROWS = 9_000;

/** A copy of a folder to spoil. */
function copyOf(folder: string): DatabaseFiles {
  const copy = join(newFolder(), "copy");
  cpSync(folder, copy, { recursive: true });
  return logFiles(copy);
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

/** Everything that a reader sees of the log, for comparing. */
function contentOf(folder: string): string {
  const reader = LogReader.open(folder);
  try {
    return JSON.stringify(
      [...reader.query({})].map((each) => [each.id, each.ts, each.topic, each.payload, each.machine]),
    );
  } finally {
    reader.close();
  }
}

/** Opens a spoiled log: true when that was refused as damaged. */
async function isRefused(files: DatabaseFiles): Promise<boolean> {
  try {
    await (await openMessageLog(files.folder)).close();
    return false;
  } catch (error) {
    assert.ok(error instanceof ConcheError, String(error));
    assert.equal(error.code, "CONCHE_LOG_CORRUPT", error.message);
    return true;
  }
}

/** Whether `conche verify` finds the damage, at the door or inside. */
function isFound(files: DatabaseFiles): boolean {
  try {
    return !verifyLog(files.folder).ok;
  } catch (error) {
    return error instanceof ConcheError && error.code === "CONCHE_LOG_CORRUPT";
  }
}

/** Numbers spread over a range, the same ones every time. */
function spread(count: number, from: number, to: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => from + Math.floor(((index + 0.37) / count) * (to - from)),
  );
}

suite("a damaged log", () => {
  let closed = "";
  let killed = "";
  let content = "";

  before(async () => {
    closed = newFolder();
    const log = await openMessageLog(closed);
    const maker = new GroupMaker();
    for (let seq = 1; seq <= ROWS; seq += 1_000) {
      const messages = Array.from({ length: 1_000 }, (_, index) =>
        record(seq + index, { batchId: `B-${seq}` }),
      );
      await log.commit(maker.group(messages, [quarantined()]));
    }
    await log.close();
    content = contentOf(closed);

    killed = newFolder();
    const writer = new LogProcess(killed);
    assert.equal(await writer.ask(), "open");
    for (let commit = 1; commit <= 20; commit++) {
      assert.equal(await writer.ask("commit 50"), `committed ${commit * 50}`);
    }
    await writer.kill();
    assert.ok(
      statSync(logFiles(killed).wal).size > 100_000,
      "the write-ahead log must have something to spoil",
    );
  });

  test("a flipped byte anywhere in the write-ahead log is refused, or was of no consequence", async () => {
    const { size } = statSync(logFiles(killed).wal);
    let refused = 0;
    const offsets = [...spread(8, 0, 32), ...spread(40, 32, size), size - 1, size - 9_000];
    for (const offset of offsets) {
      const files = copyOf(killed);
      flip(files.wal, offset);
      if (await isRefused(files)) {
        refused++;
        continue;
      }
      const report = verifyLog(files.folder);
      assert.deepEqual([report.findings, report.rows], [[], 1_000], `byte ${offset}`);
    }
    // All but header fields that SQLite doesn't use.
    assert.ok(refused >= offsets.length - 4, `only ${refused} of ${offsets.length} were refused`);
  });

  test("refusing leaves the evidence: database and write-ahead log stay as they are", async () => {
    const files = copyOf(killed);
    flip(files.wal, 50_000);
    const before = [files.database, files.wal].map((path) => readFileSync(path));
    assert.ok(await isRefused(files));
    assert.ok(await isRefused(files), "and refuses again");
    for (const [index, path] of [files.database, files.wal].entries()) {
      assert.ok(readFileSync(path).equals(before[index] as Buffer), `${path} was changed`);
    }
  });

  test("a write-ahead log that is gone, or shorter, is refused", async () => {
    const gone = copyOf(killed);
    rmSync(gone.wal);
    assert.ok(await isRefused(gone));
    assert.ok(isFound(gone));
    const shorter = copyOf(killed);
    truncateSync(shorter.wal, 100_000);
    assert.ok(await isRefused(shorter));
    assert.ok(isFound(shorter));
  });

  test("the half-written end of a crash is none: it was never committed", async () => {
    const files = copyOf(killed);
    const wal = readFileSync(files.wal);
    // A frame that carries the right salts, and a page that did not get to the disk.
    const pageSize = wal.readUInt32BE(8);
    const frame = Buffer.alloc(24 + pageSize);
    wal.copy(frame, 8, 16, 24);
    frame.writeUInt32BE(3, 0);
    writeFileSync(files.wal, Buffer.concat([wal, frame]));
    assert.equal(await isRefused(files), false);
    assert.equal(verifyLog(files.folder).rows, 1_000);
  });

  test("a database that is gone, or empty, is never silently begun anew", async () => {
    const gone = copyOf(closed);
    rmSync(gone.database);
    await assert.rejects(openMessageLog(gone.folder), isConcheError("CONCHE_LOG_CORRUPT", false));
    const empty = copyOf(closed);
    truncateSync(empty.database, 0);
    assert.ok(await isRefused(empty));
    const onlyWal = copyOf(killed);
    rmSync(onlyWal.database);
    rmSync(onlyWal.mark);
    await assert.rejects(openMessageLog(onlyWal.folder), isConcheError("CONCHE_LOG_CORRUPT", false));
    assert.ok(statSync(onlyWal.wal).size > 0, "the write-ahead log is all that is left and must stay");
  });

  test("a database that lost its end is refused", async () => {
    const files = copyOf(closed);
    truncateSync(files.database, Math.floor(statSync(files.database).size / 2 / 8192) * 8192);
    assert.ok(await isRefused(files));
    assert.ok(isFound(files));
  });

  test("flipped bytes in the first pages and in the schema are refused, or change nothing that is read", async () => {
    let refused = 0;
    // The schema fills more than one page; the first one still has what was moved from it.
    const schema = readFileSync(logFiles(closed).database).lastIndexOf("CREATE TABLE sequences");
    const offsets = [...spread(24, schema, schema + 400), ...spread(40, 0, 40 * 8_192)];
    for (const offset of offsets) {
      const files = copyOf(closed);
      flip(files.database, offset);
      if (await isRefused(files)) refused++;
      else if (contentOf(files.folder) !== content)
        assert.ok(isFound(files), `byte ${offset} was not noticed`);
    }
    assert.ok(refused >= offsets.length / 4, `only ${refused} of ${offsets.length} were refused`);
  });

  test("verify finds a flipped byte anywhere, where it changes what is read", () => {
    const { size } = statSync(logFiles(closed).database);
    const files = copyOf(closed);
    let found = 0;
    const offsets = spread(80, 100, size);
    for (const offset of offsets) {
      copyFileSync(logFiles(closed).database, files.database);
      flip(files.database, offset);
      if (isFound(files)) found++;
      else assert.ok(contentOf(files.folder) === content, `byte ${offset} was not noticed`);
    }
    assert.ok(found >= offsets.length / 2, `only ${found} of ${offsets.length} changed anything`);
  });

  test("an older state put in its place is refused, and taken once the mark is removed", async () => {
    const files = copyOf(closed);
    const older = readFileSync(files.database);
    const log = await openMessageLog(files.folder);
    await log.commit(new GroupMaker(await log.totals()).group([record(null)]));
    await log.close();
    writeFileSync(files.database, older);
    await assert.rejects(openMessageLog(files.folder), /commit 10 was made/);
    rmSync(files.mark);
    assert.equal(await isRefused(files), false);
  });

  test("another log put in its place is none of the mark's business", async () => {
    const files = copyOf(closed);
    const other = newFolder();
    mkdirSync(other, { recursive: true });
    await (await openMessageLog(other)).close();
    copyFileSync(logFiles(other).database, files.database);
    assert.equal(await isRefused(files), false);
  });
});
