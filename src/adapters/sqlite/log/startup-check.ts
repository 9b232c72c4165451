import type { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { type KnownCommits, readMark } from "../database/commit-mark.ts";
import { fileSize } from "../database/data-folder.ts";
import type { DatabaseFiles } from "../database/database-files.ts";
import { blockOf, firstIdOf } from "./block.ts";
import { readLogId } from "./log-info.ts";
import { contentFault, readBlock, readBlockEntry } from "./read-block.ts";
import { StoredRows } from "./stored-rows.ts";
import { type LogTotals, readTotals } from "./totals-row.ts";

/** Small tables that every commit leans on; their trees are checked page by page. */
const CHECKED_TABLES = [
  "log_totals",
  "log_info",
  "sequences",
  "retained_messages",
  "broker_retained",
  "broker_sessions",
  "broker_received",
  "block_keys_recent",
  "quarantine_room",
  "quarantine_dropped",
  "quarantine_decisions",
];

/**
 * Refuses a folder whose database is gone while something says that there was one. SQLite would make a new, empty
 * one, and delete a write-ahead log that has no database.
 * @throws ConcheError CONCHE_LOG_CORRUPT
 */
export function requireNothingLost(files: DatabaseFiles): void {
  if (fileSize(files.database)) return;
  requireNoCommits(files);
  if (fileSize(files.wal)) {
    throw damaged(`the database is gone or empty, but ${files.wal} is there: ${files.database}`);
  }
}

/**
 * Refuses a database without a log in it where commits were made: its write-ahead log was lost before any of it
 * had been moved into the database.
 * @throws ConcheError CONCHE_LOG_CORRUPT
 */
export function requireNoCommits(files: DatabaseFiles): void {
  const commits = readMark(files.mark)?.commits ?? 0;
  if (commits === 0) return;
  throw damaged(
    `the database has no log, but ${commits} commits were made in it: ${files.database}`,
    MARK_HINT,
  );
}

/**
 * The checks that are worth their time at every start: some 50 ms however large the log is.
 *
 * - Commits: the database knows every commit that the mark beside it knows. Finds damage in the write-ahead log.
 * - Structure of the small tables, page by page.
 * - Counters against the index, and the bytes of the first, the last full and the open block against their
 *   checksums. Finds damage at both ends of the file, where it begins and where it grows.
 *
 * What lies between is for `conche verify`, which reads everything.
 * @throws ConcheError CONCHE_LOG_CORRUPT
 */
export function checkAtStart(db: DatabaseSync, files: DatabaseFiles): void {
  const totals = readTotals(db);
  const behind = commitsMissing(db, readMark(files.mark), totals);
  if (behind !== undefined) throw damaged(`${behind}: ${files.database}`, MARK_HINT);
  for (const table of CHECKED_TABLES) {
    const result = String(Object.values(db.prepare(`PRAGMA quick_check('${table}')`).get() ?? {})[0]);
    if (result !== "ok") throw damaged(`table ${table}: ${result}: ${files.database}`);
  }
  const fault = countersFault(db, totals) ?? endsFault(db, totals);
  if (fault !== undefined) throw damaged(`${fault}: ${files.database}`);
}

const MARK_HINT =
  "keep the folder and restore the last `conche backup`; where an older state is meant (a backup was just put here), remove the .mark file";

/** What the mark knows and the database doesn't, or undefined. The mark of another log says nothing. */
export function commitsMissing(
  db: DatabaseSync,
  mark: KnownCommits | undefined,
  totals: LogTotals,
): string | undefined {
  if (mark === undefined || mark.commits <= totals.commits || mark.logId !== readLogId(db)) return undefined;
  return `the database ends with commit ${totals.commits}, but commit ${mark.commits} was made`;
}

/** Where counters, index and rows contradict one another, or undefined. */
export function countersFault(db: DatabaseSync, totals: LogTotals): string | undefined {
  const { received, stored, duplicates, quarantined, lastId } = totals;
  if (received !== stored + duplicates + quarantined) {
    return `${received} received is not ${stored} stored + ${duplicates} duplicates + ${quarantined} quarantined`;
  }
  const { last } = db.prepare("SELECT ifnull(max(id), 0) AS last FROM mqtt_messages").get() as {
    last: number;
  };
  if (last !== lastId) return `the newest row is ${last}, the last commit ended with ${lastId}`;
  const { rows } = db.prepare("SELECT ifnull(sum(rows), 0) AS rows FROM log_blocks").get() as {
    rows: number;
  };
  const tail = db.prepare("SELECT count(*) AS rows FROM mqtt_messages WHERE id > ?");
  const { rows: tailRows } = tail.get(firstIdOf(blockOf(lastId + 1)) - 1) as { rows: number };
  if (rows + tailRows !== stored) return `${stored} messages were stored, ${rows + tailRows} are there`;
  return undefined;
}

function endsFault(db: DatabaseSync, totals: LogTotals): string | undefined {
  const rows = new StoredRows(db);
  const ends = db.prepare("SELECT min(block) AS first, max(block) AS last FROM log_blocks").get();
  for (const end of new Set([ends?.first, ends?.last])) {
    if (typeof end !== "number") continue;
    const entry = readBlockEntry(db, end);
    const fault = entry && contentFault(entry, readBlock(rows, end, totals.lastId));
    if (fault !== undefined) return fault;
  }
  const open = readBlock(rows, blockOf(totals.lastId + 1), totals.lastId);
  if (open.crc !== totals.tailCrc) return "the newest rows have another checksum than when they were stored";
  return undefined;
}

function damaged(message: string, hint?: string): ConcheError {
  return new ConcheError("CONCHE_LOG_CORRUPT", { message, ...(hint === undefined ? {} : { hint }) });
}
