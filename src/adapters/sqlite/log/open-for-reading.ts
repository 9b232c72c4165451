import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { openReader } from "../database/connection.ts";
import { fileSize } from "../database/data-folder.ts";
import { type DatabaseFiles, logFiles, outboxFiles } from "../database/database-files.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { SCHEMA_VERSION } from "./migrations/all.ts";
import { readSchemaState } from "./schema-state.ts";
import { checkAtStart, requireNoCommits, requireNothingLost } from "./startup-check.ts";

/** A log opened for reading only: what every reader of it is made of. */
export class ReadableLog {
  readonly db: DatabaseSync;
  readonly files: DatabaseFiles;

  constructor(db: DatabaseSync, files: DatabaseFiles) {
    this.db = db;
    this.files = files;
  }

  /**
   * Reads, and gives what SQLite throws a code.
   * @param doing what is read, as it continues "while …"
   * @throws ConcheError CONCHE_LOG_…
   */
  guard<Result>(doing: string, read: (db: DatabaseSync) => Result): Result {
    try {
      return read(this.db);
    } catch (error) {
      throw toConcheError(error, doing, this.files.database);
    }
  }

  close(): void {
    this.db.close();
  }
}

/**
 * Opens the log in a folder for reading, beside its writer or without one.
 * @throws ConcheError CONCHE_LOG_MISSING, CONCHE_LOG_TOO_OLD, CONCHE_LOG_TOO_NEW, CONCHE_LOG_FOREIGN,
 *   CONCHE_LOG_CORRUPT, CONCHE_DATA_FOLDER
 */
export function openForReading(folder: string): ReadableLog {
  const files = logFiles(resolve(folder));
  requireLog(files);
  const db = openReader(files.database);
  try {
    const state = readSchemaState(db, files.database);
    if (state.kind === "empty") {
      requireNoCommits(files);
      throw new ConcheError("CONCHE_LOG_MISSING", { message: `the database is empty: ${files.database}` });
    }
    if (state.kind === "first-program" || state.version < SCHEMA_VERSION) {
      const version = state.kind === "log" ? `schema version ${state.version}` : "the first program's table";
      throw new ConcheError("CONCHE_LOG_TOO_OLD", {
        message: `the database has ${version}, reading needs schema version ${SCHEMA_VERSION}: ${files.database}`,
      });
    }
    return new ReadableLog(db, files);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Refuses a folder without a log.
 * @throws ConcheError CONCHE_LOG_MISSING, CONCHE_LOG_CORRUPT where there was one, CONCHE_DATA_FOLDER
 */
export function requireLog(files: DatabaseFiles): void {
  // A log that is gone must not look like one that was never made.
  requireNothingLost(files);
  if (fileSize(files.database) === undefined) {
    const isOutbox = fileSize(outboxFiles(files.folder).database) !== undefined;
    const hint = `it is an outbox: conche verify --outbox ${files.folder}`;
    const message = `there is no log in ${files.folder}`;
    throw new ConcheError("CONCHE_LOG_MISSING", { message, ...(isOutbox ? { hint } : {}) });
  }
}

/**
 * The checks of every start, without starting. Only for a log that nobody writes at the moment: the mark of a
 * running writer may be ahead of what was read here.
 * @throws ConcheError CONCHE_LOG_CORRUPT, and as {@link openForReading}
 */
export function checkLog(folder: string): void {
  const { db, files } = openForReading(folder);
  try {
    checkAtStart(db, files);
  } catch (error) {
    throw toConcheError(error, "checking the log", files.database);
  } finally {
    db.close();
  }
}
