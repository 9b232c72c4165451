import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { DatabaseFiles } from "./database-files.ts";
import { isBusy, toConcheError } from "./sqlite-error.ts";

/** The process that writes a log. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When it opened the log, ISO 8601. */
  readonly since: string;
}

/** A reader asks for the lock's state for an instant; a writer that starts in that instant waits this long. */
const LOCK_TIMEOUT_MS = 250;
/** A holder that has just taken the lock needs a moment to write down who it is. */
const HOLDER_READS = 10;
const HOLDER_PAUSE_MS = 20;

/**
 * The right to write a log: one process at a time. It is SQLite's exclusive lock on a file of its own, which the
 * operating system releases when the process ends however it ends, so no lock is ever stale. The database itself
 * stays unlocked for readers.
 */
export class FolderLock {
  readonly #db: DatabaseSync;
  readonly #files: DatabaseFiles;

  private constructor(db: DatabaseSync, files: DatabaseFiles) {
    this.#db = db;
    this.#files = files;
  }

  /** @throws ConcheError CONCHE_LOG_IN_USE naming the holder, or CONCHE_DATA_FOLDER */
  static async acquire(files: DatabaseFiles, nowMs: number): Promise<FolderLock> {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(files.lock, { timeout: LOCK_TIMEOUT_MS });
      // Nothing is ever written, so no journal is needed; the lock is all this file is for.
      db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      writeHolder(files, { pid: process.pid, host: hostname(), since: new Date(nowMs).toISOString() });
      return new FolderLock(db, files);
    } catch (error) {
      db?.close();
      if (isBusy(error)) throw inUse(files, await waitForHolder(files));
      throw notLockable(error, files);
    }
  }

  release(): void {
    rmSync(this.#files.holder, { force: true });
    this.#db.close();
  }
}

/** The process that writes the log at the moment, or undefined. Unknown details are left at 0 and "". */
export function lockHolder(files: DatabaseFiles): LockHolder | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(files.lock, { readOnly: true });
    db.prepare("SELECT 1 FROM sqlite_schema").get();
    return undefined;
  } catch (error) {
    if (!isBusy(error)) return undefined; // no lock file: nobody has ever written here
    return readHolder(files) ?? { pid: 0, host: "", since: "" };
  } finally {
    db?.close();
  }
}

/** Written beside and moved into place: a reader sees the old holder or the new one, never half of one. */
function writeHolder(files: DatabaseFiles, holder: LockHolder): void {
  const beside = `${files.holder}.new`;
  writeFileSync(beside, `${JSON.stringify(holder)}\n`);
  renameSync(beside, files.holder);
}

function readHolder(files: DatabaseFiles): LockHolder | undefined {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(files.holder, "utf8")) as Partial<LockHolder>;
    if (typeof pid !== "number" || typeof host !== "string" || typeof since !== "string") return undefined;
    return { pid, host, since };
  } catch {
    return undefined; // not written yet, or just being removed
  }
}

/** The holder's details; those of a process that has ended belong to the holder before and are not believed. */
async function waitForHolder(files: DatabaseFiles): Promise<LockHolder | undefined> {
  for (let read = 1; read <= HOLDER_READS; read++) {
    const holder = readHolder(files);
    if (holder !== undefined && (holder.host !== hostname() || isAlive(holder.pid))) return holder;
    await pause(HOLDER_PAUSE_MS);
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function inUse(files: DatabaseFiles, holder: LockHolder | undefined): ConcheError {
  if (holder === undefined) {
    return new ConcheError("CONCHE_LOG_IN_USE", {
      message: `another process has just opened the log in ${files.folder}`,
    });
  }
  const { pid, host, since } = holder;
  return new ConcheError("CONCHE_LOG_IN_USE", {
    message: `process ${pid} on ${host} has written the log in ${files.folder} since ${since}`,
    hint: `stop process ${pid}, or name another folder with --data`,
  });
}

function notLockable(error: unknown, files: DatabaseFiles): ConcheError {
  const known = toConcheError(error, "locking the data folder", files.lock);
  if (known.code !== "CONCHE_INTERNAL") return known;
  return new ConcheError("CONCHE_DATA_FOLDER", { message: known.message, cause: error });
}
