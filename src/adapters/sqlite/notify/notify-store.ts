import { rmSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { NotifierState } from "../../../notify/notifier.ts";
import { openWriter } from "../database/connection.ts";
import { type DatabaseFiles, notifyFiles } from "../database/database-files.ts";
import { FolderLock } from "../database/folder-lock.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { rowsOf, stateOf } from "./notify-rows.ts";

const BUSY_TIMEOUT_MS = 2_000;

/** What was told, and what is on its way, in a file of its own: a restart says nothing twice and forgets nothing. */
export class NotifyStore {
  readonly #db: DatabaseSync;
  readonly #lock: FolderLock;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  #kept = new Map<string, string>();

  private constructor(db: DatabaseSync, lock: FolderLock) {
    this.#db = db;
    this.#lock = lock;
    this.#put = db.prepare("INSERT OR REPLACE INTO notify_state (kind, key, json) VALUES (?, ?, ?)");
    this.#drop = db.prepare("DELETE FROM notify_state WHERE kind = ? AND key = ?");
  }

  /**
   * Takes the right to notify for a data folder: one process at a time, or everything would be said twice.
   * @param onNew hears that what was there could not be read, and that nothing is known of what was told
   * @throws ConcheError CONCHE_NOTIFY_IN_USE, CONCHE_DATA_FOLDER
   */
  static async open(folder: string, onNew: (why: ConcheError) => void): Promise<NotifyStore> {
    const files = notifyFiles(folder);
    const lock = await acquire(files);
    try {
      return new NotifyStore(openOrReplace(files, onNew), lock);
    } catch (error) {
      lock.release();
      throw toConcheError(error, "opening what was notified", files.database);
    }
  }

  load(): NotifierState {
    const rows = this.#db.prepare("SELECT kind, key, json FROM notify_state ORDER BY kind, key").all();
    const texts = rows.map(({ kind, key, json }) => [String(kind), String(key), String(json)] as const);
    this.#kept = new Map(texts.map(([kind, key, json]) => [`${kind} ${key}`, json]));
    return stateOf(texts);
  }

  /** Writes what has changed, in one transaction. @throws ConcheError where the disk is full or fails */
  save(state: NotifierState): void {
    const wanted = new Map(rowsOf(state).map(([kind, key, json]) => [`${kind} ${key}`, json]));
    const changed = [...wanted].filter(([row, json]) => this.#kept.get(row) !== json);
    const gone = [...this.#kept.keys()].filter((row) => !wanted.has(row));
    if (changed.length === 0 && gone.length === 0) return;
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      for (const [row, json] of changed) this.#put.run(...kindAndKey(row), json);
      for (const row of gone) this.#drop.run(...kindAndKey(row));
      this.#db.exec("COMMIT");
      this.#kept = wanted;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw toConcheError(error, "keeping what was notified", this.#db.location() ?? "");
    }
  }

  close(): void {
    this.#db.close();
    this.#lock.release();
  }
}

function kindAndKey(row: string): [string, string] {
  const space = row.indexOf(" ");
  return [row.slice(0, space), row.slice(space + 1)];
}

async function acquire(files: DatabaseFiles): Promise<FolderLock> {
  try {
    return await FolderLock.acquire(files, Date.now());
  } catch (error) {
    if (!(error instanceof ConcheError) || error.code !== "CONCHE_LOG_IN_USE") throw error;
    throw new ConcheError("CONCHE_NOTIFY_IN_USE", {
      message: `another process notifies for ${files.folder}`,
    });
  }
}

/** What can't be read is of no use: the worst that follows is that something that stands is said again. */
function openOrReplace(files: DatabaseFiles, onNew: (why: ConcheError) => void): DatabaseSync {
  try {
    return prepared(files);
  } catch (error) {
    const known = toConcheError(error, "reading what was notified", files.database);
    if (!["CONCHE_LOG_CORRUPT", "CONCHE_INTERNAL"].includes(known.code)) throw known;
    onNew(known);
    for (const path of [files.database, files.wal, `${files.database}-shm`]) rmSync(path, { force: true });
    return prepared(files);
  }
}

function prepared(files: DatabaseFiles): DatabaseSync {
  const db = openWriter(files.database, BUSY_TIMEOUT_MS);
  try {
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA trusted_schema = OFF;
      CREATE TABLE IF NOT EXISTS notify_state (
        kind TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, key)
      ) STRICT, WITHOUT ROWID;
    `);
    // What can't be read is to be known now.
    stateOf(
      db
        .prepare("SELECT kind, key, json FROM notify_state")
        .all()
        .map(({ kind, key, json }) => [String(kind), String(key), String(json)] as const),
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
