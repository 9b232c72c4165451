import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { CommitMark } from "../database/commit-mark.ts";
import {
  assertDurable,
  configureWriter,
  initialiseFile,
  openReader,
  openWriter,
  pragma,
} from "../database/connection.ts";
import { fileSize, makeDataFolder } from "../database/data-folder.ts";
import { type DatabaseFiles, logFiles, outboxFiles } from "../database/database-files.ts";
import { FileWatch } from "../database/file-watch.ts";
import { FolderLock } from "../database/folder-lock.ts";
import { isReadOnlyError } from "../database/sqlite-error.ts";
import { OutboxDatabase } from "./outbox-database.ts";
import { outboxCorrupt, toOutboxError } from "./outbox-error.ts";
import {
  checkOutbox,
  createOutbox,
  hasOutbox,
  OUTBOX_SCHEMA_VERSION,
  type OutboxState,
  readState,
  requireNoMark,
  upgradeOutbox,
} from "./outbox-schema.ts";

/** Where an outbox is, and how much telemetry it keeps. */
export interface OutboxOptions {
  readonly folder: string;
  /** Most bytes of telemetry kept; the oldest makes room for newer. */
  readonly telemetryBytes: number;
}

/** How long a commit waits for a lock that another program holds. */
const BUSY_TIMEOUT_MS = 250;
/**
 * Pages kept in memory, KiB: an outbox is written at the ends of its machines' numbers and read and emptied at their
 * beginnings, which takes a few pages a machine. Beside a data center's 16 MB it was as fast.
 */
const CACHE_KIB = 4_096;

/**
 * Opens the outbox in a folder, making what isn't there. One process at a time can have it open.
 * @throws ConcheError CONCHE_OUTBOX_IN_USE, CONCHE_OUTBOX_CORRUPT, CONCHE_OUTBOX_TOO_NEW, CONCHE_OUTBOX_FOLDER,
 *   CONCHE_DISK_FULL
 */
export async function openOutboxDatabase(options: OutboxOptions, nowMs: number): Promise<OutboxDatabase> {
  const files = outboxFiles(resolve(options.folder));
  let lock: FolderLock | undefined;
  let db: DatabaseSync | undefined;
  let mark: CommitMark | undefined;
  try {
    makeDataFolder(files.folder);
    lock = await FolderLock.acquire(files, nowMs);
    const inspected = inspect(files);
    db = openWriter(files.database, BUSY_TIMEOUT_MS);
    const state = prepare(db, inspected, files);
    mark = new CommitMark(files.mark, state.id);
    mark.write(state.commits);
    const watch = new FileWatch(files);
    return new OutboxDatabase({
      db,
      files,
      lock,
      mark,
      watch,
      state,
      telemetryBytes: options.telemetryBytes,
    });
  } catch (error) {
    db?.close();
    mark?.close();
    lock?.release();
    throw toOutboxError(error, "opening the outbox", files);
  }
}

/**
 * Opens an outbox for reading, beside the process that has it open or without one; changes nothing.
 * @throws ConcheError CONCHE_OUTBOX_MISSING, CONCHE_OUTBOX_TOO_OLD, CONCHE_OUTBOX_TOO_NEW, CONCHE_OUTBOX_CORRUPT,
 *   CONCHE_OUTBOX_FOLDER
 */
export function openOutboxForReading(files: DatabaseFiles): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    requireDatabase(files);
    db = openReader(files.database, "opening the outbox for reading");
    if (!hasOutbox(db, files)) throw missing(files, "the database is empty");
    const version = Number(pragma(db, "user_version"));
    if (version === OUTBOX_SCHEMA_VERSION) return db;
    throw new ConcheError("CONCHE_OUTBOX_TOO_OLD", {
      message: `the outbox has schema version ${version}, reading needs ${OUTBOX_SCHEMA_VERSION}: ${files.database}`,
    });
  } catch (error) {
    db?.close();
    throw toOutboxError(error, "opening the outbox for reading", files);
  }
}

/** An outbox that is gone must not look like one that was never made. */
function requireDatabase(files: DatabaseFiles): void {
  if (fileSize(files.database)) return;
  requireNoMark(files);
  if (fileSize(files.wal))
    throw outboxCorrupt("the database is gone or empty, but its write-ahead log is there", files);
  throw missing(files, `there is no outbox in ${files.folder}`);
}

function missing(files: DatabaseFiles, message: string): ConcheError {
  const isLog = fileSize(logFiles(files.folder).database) !== undefined;
  const hint = `it is a data center's: conche verify --data ${files.folder}`;
  return new ConcheError("CONCHE_OUTBOX_MISSING", { message, ...(isLog ? { hint } : {}) });
}

/**
 * Looks at what is there over a connection that can't change it: an outbox that is refused stays as it is, its
 * write-ahead log included. False where there is none yet, undefined where seeing that needs a connection that writes.
 */
function inspect(files: DatabaseFiles): boolean | undefined {
  if (!fileSize(files.database)) {
    requireNoMark(files);
    return false;
  }
  const db = new DatabaseSync(files.database, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    return isSound(db, files);
  } catch (error) {
    if (isReadOnlyError(error)) return undefined;
    throw error;
  } finally {
    db.close();
  }
}

/** Whether there is an outbox in the database; refuses one that is damaged. */
function isSound(db: DatabaseSync, files: DatabaseFiles): boolean {
  const known = hasOutbox(db, files);
  if (known) checkOutbox(db, files);
  return known;
}

function prepare(db: DatabaseSync, inspected: boolean | undefined, files: DatabaseFiles): OutboxState {
  const known = inspected ?? isSound(db, files);
  if (!known) initialiseFile(db);
  configureWriter(db, CACHE_KIB);
  if (known) upgradeOutbox(db);
  else createOutbox(db);
  // The first write: only then does the connection show what it really does.
  db.exec("UPDATE outbox_state SET batch = batch + 1");
  assertDurable(db, files);
  return readState(db);
}
