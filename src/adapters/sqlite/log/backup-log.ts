import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { ConcheError, messageOf } from "../../../errors/conche-error.ts";
import type { IngestTotals } from "../../../log/message-log.ts";
import { pragma } from "../database/connection.ts";
import { fileSize, syncFolder } from "../database/data-folder.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { openForReading } from "./open-for-reading.ts";
import { countersFault } from "./startup-check.ts";
import { type LogTotals, readTotals } from "./totals-row.ts";

/** How far a backup has come. */
export interface BackupProgress {
  readonly phase: "copying" | "checking";
  readonly done: number;
  readonly total: number;
}

/** The copy, and the counters of the log in it. */
export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  /** The counters of the log at the moment that the backup shows. */
  readonly totals: IngestTotals;
  /** When the last commit in it was made, milliseconds since 1970. */
  readonly committedAt: number;
}

/** Whom to tell how far a backup has come. */
export interface BackupOptions {
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/** Pages copied per step; between steps progress is told. */
const PAGES_PER_STEP = 2048;

/**
 * Copies the log into a new file while it is being written. The copy is the log as it stood at one commit: a single
 * file, checked, durable, and complete when it has its name (until then it is called `….partial`).
 *
 * WHY in one read transaction: SQLite's backup starts over whenever another process commits, so beside a busy data
 * center it would never end; within a transaction it copies one state. `VACUUM INTO` would do as well,
 * but shows no progress and holds the event loop up until it is done.
 * @throws ConcheError CONCHE_BACKUP_FAILED, and as {@link openForReading}
 */
export async function backupLog(
  folder: string,
  targetFile: string,
  options: BackupOptions = {},
): Promise<BackupReport> {
  const report = options.onProgress ?? (() => {});
  const target = resolve(targetFile);
  refuseExisting(target);
  const { db, files } = openForReading(folder);
  const partial = `${target}.partial`;
  try {
    rmSync(partial, { force: true });
    const totals = await copy(db, partial, report);
    report({ phase: "checking", done: 0, total: 1 });
    checkCopy(partial, totals);
    report({ phase: "checking", done: 1, total: 1 });
    refuseExisting(target);
    renameSync(partial, target);
    syncFolder(dirname(target));
    const { received, stored, duplicates, quarantined, committedAt } = totals;
    const bytes = fileSize(target) ?? 0;
    return { file: target, bytes, totals: { received, stored, duplicates, quarantined }, committedAt };
  } catch (error) {
    removeUnfinished(partial);
    throw failed(error, files.database, target);
  } finally {
    db.close();
  }
}

async function copy(
  db: DatabaseSync,
  partial: string,
  report: (progress: BackupProgress) => void,
): Promise<LogTotals> {
  db.exec("BEGIN");
  const totals = readTotals(db); // fixes the state that is copied
  const total = Number(pragma(db, "page_count"));
  await backup(db, partial, {
    rate: PAGES_PER_STEP,
    progress: ({ remainingPages }) => report({ phase: "copying", done: total - remainingPages, total }),
  });
  db.exec("COMMIT");
  report({ phase: "copying", done: total, total });
  return totals;
}

/** Makes the copy a single durable file, and reads all of it back. */
function checkCopy(partial: string, totals: LogTotals): void {
  const db = new DatabaseSync(partial);
  try {
    // Without a write-ahead log a copy can be read wherever it is put, read-only media included.
    db.exec("PRAGMA journal_mode = DELETE");
    const structure = pragma(db, "quick_check(1)");
    const fault = structure === "ok" ? countersFault(db, totals) : String(structure);
    if (fault !== undefined) throw new Error(`the copy is not sound: ${fault}`);
    if (readTotals(db).commits !== totals.commits)
      throw new Error("the copy shows another commit than it should");
  } finally {
    db.close();
  }
  const handle = openSync(partial, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Best effort: what failed is told, not that its remains could not be removed. */
function removeUnfinished(partial: string): void {
  for (const end of ["", "-journal", "-wal", "-shm"]) {
    try {
      rmSync(`${partial}${end}`, { force: true });
    } catch {
      // A folder of that name, or a disk that is gone.
    }
  }
}

function refuseExisting(target: string): void {
  if (fileSize(target) === undefined) return;
  throw new ConcheError("CONCHE_BACKUP_FAILED", {
    message: `there is a file of that name already: ${target}`,
  });
}

function failed(error: unknown, source: string, target: string): ConcheError {
  const known = toConcheError(error, "backing up the log", source);
  if (known.code === "CONCHE_BACKUP_FAILED" || known.code === "CONCHE_LOG_CORRUPT") return known;
  return new ConcheError("CONCHE_BACKUP_FAILED", {
    message: `${messageOf(error)} while writing ${target}`,
    cause: error,
  });
}
