import type { LogGrowth } from "../../../log/log-growth.ts";
import { fileSize } from "../database/data-folder.ts";
import { type LockHolder, lockHolder } from "../database/folder-lock.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { openForReading } from "./open-for-reading.ts";
import { readGrowth } from "./read-growth.ts";
import { type LogTotals, readTotals } from "./totals-row.ts";

/** The size and state of a log, for metrics and `doctor`. */
export interface LogStatistics {
  /** Messages in the log. */
  readonly rows: number;
  readonly databaseBytes: number;
  /** Grows beyond some tens of megabytes only while a reader holds on to an old state. */
  readonly walBytes: number;
  readonly totals: LogTotals;
  /** Milliseconds since 1970; undefined before the first commit. */
  readonly lastCommitAt: number | undefined;
  readonly schemaVersion: number;
  /** How fast it grows; undefined while it is too young to tell. */
  readonly growth: LogGrowth | undefined;
  /** The process that writes the log at the moment. */
  readonly writer: LockHolder | undefined;
}

/**
 * Reads the statistics; takes milliseconds however large the log is.
 * @throws ConcheError as {@link openForReading}
 */
export function logStatistics(folder: string): LogStatistics {
  const { db, files } = openForReading(folder);
  try {
    const totals = readTotals(db);
    const version = db.prepare("PRAGMA user_version").get()?.user_version;
    const databaseBytes = fileSize(files.database) ?? 0;
    return {
      rows: totals.stored,
      databaseBytes,
      growth: readGrowth(db, databaseBytes),
      walBytes: fileSize(files.wal) ?? 0,
      totals,
      lastCommitAt: totals.commits === 0 ? undefined : totals.committedAt,
      schemaVersion: Number(version),
      writer: lockHolder(files),
    };
  } catch (error) {
    throw toConcheError(error, "reading the log's state", files.database);
  } finally {
    db.close();
  }
}
