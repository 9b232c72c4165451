import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConcheError, messageOf } from "../../../errors/conche-error.ts";
import { NO_QUARANTINE_LIMIT, type QuarantineLimit } from "../../../log/quarantine-room.ts";
import { CommitMark } from "../database/commit-mark.ts";
import {
  assertDurable,
  configureWriter,
  initialiseFile,
  openReader,
  openWriter,
} from "../database/connection.ts";
import { fileSize, makeDataFolder } from "../database/data-folder.ts";
import { type DatabaseFiles, logFiles } from "../database/database-files.ts";
import { FileWatch } from "../database/file-watch.ts";
import { FolderLock } from "../database/folder-lock.ts";
import { isReadOnlyError, sqliteCodeOf, toConcheError } from "../database/sqlite-error.ts";
import { noteOpened, readLogId } from "./log-info.ts";
import { type MadeLog, migrate } from "./migrate.ts";
import { SCHEMA_VERSION } from "./migrations/all.ts";
import { readSchemaState, type SchemaState } from "./schema-state.ts";
import { SqliteMessageLog } from "./sqlite-message-log.ts";
import { checkAtStart, requireNoCommits, requireNothingLost } from "./startup-check.ts";
import { readTotals } from "./totals-row.ts";

/** SQLite's "SQL error or missing table": what a statement comes to that does not fit the schema. */
const SQLITE_ERROR = 1;

/** How a log is opened; every value has a default. */
export interface OpenLogOptions {
  /** Identity (a UUID) of a log that is made; a random one unless the log has to come out the same each time. */
  readonly logId?: string;
  /** Refuse a folder that has a log already. */
  readonly onlyNew?: boolean;
  /** Milliseconds since 1970; the system's clock. */
  readonly now?: () => number;
  /** How long a commit waits for a lock that another program holds. The process stands still meanwhile. */
  readonly busyTimeoutMs?: number;
  /** Bytes by which the write-ahead log grows from one checkpoint to the next. */
  readonly checkpointBytes?: number;
  /** How much quarantine may hold; as much as it likes unless told otherwise. */
  readonly quarantine?: QuarantineLimit;
}

const DEFAULTS = {
  now: Date.now,
  busyTimeoutMs: 250,
  checkpointBytes: 16 * 1024 * 1024,
  quarantine: NO_QUARANTINE_LIMIT,
} as const satisfies OpenLogOptions;

/**
 * Opens the log in a folder for writing, making what isn't there: the folder, the database, the schema. One process
 * at a time can have a log open.
 * @throws ConcheError CONCHE_LOG_IN_USE, CONCHE_LOG_TOO_NEW, CONCHE_LOG_FOREIGN, CONCHE_LOG_CORRUPT,
 *   CONCHE_LOG_NOT_DURABLE, CONCHE_LOG_BUSY, CONCHE_DATA_FOLDER, CONCHE_DISK_FULL, CONCHE_LOG_EXISTS
 */
export async function openMessageLog(
  folder: string,
  options: OpenLogOptions = {},
): Promise<SqliteMessageLog> {
  const { now, busyTimeoutMs, checkpointBytes, logId, quarantine } = {
    ...DEFAULTS,
    logId: randomUUID(),
    ...options,
  };
  const files = logFiles(resolve(folder));
  makeDataFolder(files.folder);
  const lock = await FolderLock.acquire(files, now());
  let db: DatabaseSync | undefined;
  let mark: CommitMark | undefined;
  try {
    requireNothingLost(files);
    const state = inspect(files);
    if (options.onlyNew && state?.kind !== "empty") throw logExists(files);
    db = openWriter(files.database, busyTimeoutMs);
    prepare(db, state, files, { logId, nowMs: now() });
    mark = new CommitMark(files.mark, readLogId(db));
    mark.write(readTotals(db).commits);
    return new SqliteMessageLog({
      db,
      files,
      lock,
      mark,
      watch: new FileWatch(files),
      checkpointBytes,
      quarantine,
      now,
    });
  } catch (error) {
    db?.close();
    mark?.close();
    lock.release();
    throw openingError(error, files);
  }
}

/** A statement of ours that doesn't fit the schema although the version does: the schema's own pages are damaged. */
function openingError(error: unknown, files: DatabaseFiles): ConcheError {
  if (sqliteCodeOf(error) !== SQLITE_ERROR) return toConcheError(error, "opening the log", files.database);
  return new ConcheError("CONCHE_LOG_CORRUPT", {
    message: `the schema is not the one that was made, ${messageOf(error)}: ${files.database}`,
    cause: error,
  });
}

/**
 * Looks at what is there over a connection that can't change it: a database that is refused stays as it is, its
 * write-ahead log included. Undefined where that needs a connection that writes.
 */
function inspect(files: DatabaseFiles): SchemaState | undefined {
  if (!fileSize(files.database)) return { kind: "empty" };
  let db: DatabaseSync;
  try {
    db = openReader(files.database);
  } catch (error) {
    // A transaction of the first program, or the making of this log, was cut short: a writer undoes it first.
    if (isReadOnlyError(error)) return undefined;
    throw error;
  }
  try {
    const state = readSchemaState(db, files.database);
    if (state.kind === "log" && state.version === SCHEMA_VERSION) checkAtStart(db, files);
    if (state.kind === "empty") requireNoCommits(files);
    return state;
  } finally {
    db.close();
  }
}

function prepare(
  db: DatabaseSync,
  inspected: SchemaState | undefined,
  files: DatabaseFiles,
  made: MadeLog,
): void {
  const state = inspected ?? readSchemaState(db, files.database);
  if (state.kind === "empty") initialiseFile(db);
  configureWriter(db);
  migrate(db, state, made);
  noteOpened(db, made.nowMs);
  assertDurable(db, files);
}

function logExists(files: DatabaseFiles): ConcheError {
  return new ConcheError("CONCHE_LOG_EXISTS", { message: `there is a log in ${files.folder} already` });
}
