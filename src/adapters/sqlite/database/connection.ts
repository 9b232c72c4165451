import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { ConcheError } from "../../../errors/conche-error.ts";
import { claimFile, fileSize } from "./data-folder.ts";
import type { DatabaseFiles } from "./database-files.ts";
import { isUnfinished, sqliteCodeOf, toConcheError } from "./sqlite-error.ts";

/** Earlier versions can corrupt a database when its write-ahead log starts over (fixed in SQLite 3.51.3). */
const OLDEST_SQLITE = [3, 51, 3] as const;
/** What SQLite says of a folder without write permission: CANTOPEN, READONLY_DIRECTORY. */
const FOLDER_NOT_WRITABLE = [14, 1544];

/**
 * Page size of a new log. Measured with rows of 350 bytes in groups of 4096: 8192 commits a quarter faster than
 * 4096 and takes 4 % less room; 16384 gains nothing more and doubles what a commit of one message writes.
 */
const PAGE_SIZE = 8192;
/** Pages kept in memory, KiB: the newest pages of every table, and the upper levels of the older ones. */
const CACHE_KIB = 16_384;
/** What the write-ahead log is cut to after it grew beyond (a long backup, a slow reader). */
const WAL_SIZE_LIMIT = 64 * 1024 * 1024;

/** Opens a connection that writes. Every wait for a lock blocks the process, so `busyTimeoutMs` is short. */
export function openWriter(path: string, busyTimeoutMs: number): DatabaseSync {
  requireSqliteVersion();
  claimFile(path);
  return new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: false });
}

/**
 * Opens a connection that only reads, beside a writer or without one.
 * @param doing what is tried, as it continues "while …"
 * @throws ConcheError when the file can't be opened or isn't a database
 */
export function openReader(path: string, doing = "opening the log for reading"): DatabaseSync {
  requireSqliteVersion();
  let db: DatabaseSync | undefined;
  try {
    db = openReadOnly(path);
    // The cheapest statement that reads the file: opening alone touches nothing.
    db.prepare("PRAGMA schema_version").get();
    db.exec("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF");
    return db;
  } catch (error) {
    db?.close();
    if (!isUnfinished(error)) throw toConcheError(error, doing, path);
    const message = `a transaction was cut short before the database was what it is to be: ${path}`;
    throw new ConcheError("CONCHE_LOG_TOO_OLD", { message, cause: error });
  }
}

function openReadOnly(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    db.prepare("SELECT 1 FROM sqlite_schema").get();
    return db;
  } catch (error) {
    db.close();
    // In a folder without write permission (an archive, a read-only medium) SQLite can't make the file through
    // which readers and writers of a WAL database meet. Where none is there, there is no writer to meet.
    const met = ["-wal", "-shm"].some((end) => fileSize(path + end) !== undefined);
    if (met || !FOLDER_NOT_WRITABLE.includes(sqliteCodeOf(error) ?? 0)) throw error;
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    return new DatabaseSync(url, { readOnly: true });
  }
}

/** Settings that are kept in the file; possible only before its first table. */
export function initialiseFile(db: DatabaseSync): void {
  db.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA auto_vacuum = NONE; PRAGMA encoding = 'UTF-8'`);
}

/**
 * Settings that durability rests on, and those of this connection.
 * @param cacheKib pages kept in memory, KiB
 */
export function configureWriter(db: DatabaseSync, cacheKib = CACHE_KIB): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = ${WAL_SIZE_LIMIT};
    PRAGMA cache_size = -${cacheKib};
    PRAGMA trusted_schema = OFF;
  `);
}

/**
 * Holds what the connection really does against what acknowledgements need. To be called after a first write,
 * because settings are requests: SQLite answers some by keeping the old value.
 * @throws ConcheError CONCHE_LOG_NOT_DURABLE
 */
export function assertDurable(db: DatabaseSync, files: DatabaseFiles): void {
  const found = {
    journal_mode: pragma(db, "journal_mode"),
    synchronous: pragma(db, "synchronous"),
    locking_mode: pragma(db, "locking_mode"),
  };
  const wrong: string[] = [];
  if (found.journal_mode !== "wal") wrong.push(`journal_mode is ${found.journal_mode} instead of wal`);
  if (found.synchronous !== 2) wrong.push(`synchronous is ${found.synchronous} instead of 2 (FULL)`);
  if (found.locking_mode !== "normal") wrong.push(`locking_mode is ${found.locking_mode} instead of normal`);
  if (!fileSize(files.wal)) wrong.push("the first write did not go through a write-ahead log");
  if (wrong.length > 0) {
    throw new ConcheError("CONCHE_LOG_NOT_DURABLE", { message: `${wrong.join("; ")}: ${files.database}` });
  }
}

/** The value of a pragma. */
export function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function requireSqliteVersion(): void {
  const version = process.versions.sqlite ?? "0";
  const parts = version.split(".").map(Number);
  for (const [index, oldest] of OLDEST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > oldest) return;
    if (part < oldest) {
      throw new ConcheError("CONCHE_NODE_TOO_OLD", {
        message: `Node ${process.version} brings SQLite ${version}; ${OLDEST_SQLITE.join(".")} or later is needed`,
      });
    }
  }
}

/**
 * A parameter for LIMIT, as SQL. Bare (`LIMIT ?`) SQLite looks at its value when it plans, and so plans the statement anew
 * whenever a value is bound: for a short range that takes several times as long as reading it. Of an expression it
 * doesn't.
 */
export const LIMIT_PARAMETER = "? + 0";
