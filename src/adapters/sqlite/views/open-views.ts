import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import { type DatabaseFiles, viewsFiles } from "../database/database-files.ts";
import { FileWatch } from "../database/file-watch.ts";
import { FolderLock } from "../database/folder-lock.ts";
import { DamageReport } from "./damage-report.ts";
import { SqliteViewsStore } from "./sqlite-views-store.ts";
import { toViewsError } from "./views-error.ts";
import { prepareRegistry } from "./views-schema.ts";

/** How the views of a folder are opened. */
export interface OpenViewsOptions {
  /** Rows kept in memory, bytes. */
  readonly cacheBytes: number;
  /** Hears that the views that were there could not be used and are built anew. */
  readonly onRebuilt?: (why: ConcheError) => void;
}

/** Readers hold no lock for long; only a rebuild request or a checkpoint is waited for. */
const BUSY_TIMEOUT_MS = 2_000;
const PAGE_SIZE = 8_192;
const CACHE_KIB = 32_768;
const WAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** What may be thrown away: the log has everything that was in it. */
const REPLACEABLE = new Set(["CONCHE_VIEWS_DAMAGED", "CONCHE_VIEWS_TOO_NEW"]);

/** The right to fold the views of a folder, and their store. */
export class OpenViews {
  readonly files: DatabaseFiles;
  readonly #lock: FolderLock;
  readonly #options: OpenViewsOptions;
  #store: SqliteViewsStore;

  private constructor(files: DatabaseFiles, lock: FolderLock, options: OpenViewsOptions) {
    this.files = files;
    this.#lock = lock;
    this.#options = options;
    this.#store = openOrReplace(files, options);
  }

  /**
   * Opens the views of a data folder, making what isn't there. Damaged ones, and those of a newer program, are
   * removed and made anew.
   * @throws ConcheError CONCHE_VIEWS_IN_USE, CONCHE_VIEWS_FOREIGN, CONCHE_VIEWS_DISK_FULL, CONCHE_DATA_FOLDER
   */
  static async open(folder: string, options: OpenViewsOptions): Promise<OpenViews> {
    const files = viewsFiles(folder);
    const lock = await acquire(files);
    try {
      return new OpenViews(files, lock, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get store(): SqliteViewsStore {
    return this.#store;
  }

  /** Whether an error means that the views are to be made anew. */
  replaceable(error: ConcheError): boolean {
    return REPLACEABLE.has(error.code);
  }

  /** Gives up what is open, removes it, and opens views that are to be made anew. */
  replace(): SqliteViewsStore {
    this.#store.close();
    remove(this.files);
    this.#store = openOrReplace(this.files, this.#options);
    return this.#store;
  }

  close(): void {
    this.#store.close();
    this.#lock.release();
  }
}

async function acquire(files: DatabaseFiles): Promise<FolderLock> {
  try {
    return await FolderLock.acquire(files, Date.now());
  } catch (error) {
    if (!(error instanceof ConcheError) || error.code !== "CONCHE_LOG_IN_USE") throw error;
    throw new ConcheError("CONCHE_VIEWS_IN_USE", {
      message: error.message.replace("has written the log in", "keeps the views of"),
      cause: error,
    });
  }
}

function openOrReplace(files: DatabaseFiles, { cacheBytes, onRebuilt }: OpenViewsOptions): SqliteViewsStore {
  try {
    return openStore(files, cacheBytes);
  } catch (error) {
    const known = toViewsError(error, "opening the views", files.database);
    if (!REPLACEABLE.has(known.code)) throw known;
    onRebuilt?.(known);
    remove(files);
    return openStore(files, cacheBytes);
  }
}

function remove({ folder, database, wal }: DatabaseFiles): void {
  for (const path of [database, wal, `${database}-shm`]) rmSync(path, { force: true });
  new DamageReport(folder).forget();
}

function openStore(files: DatabaseFiles, cacheBytes: number): SqliteViewsStore {
  const report = new DamageReport(files.folder);
  report.check();
  const db = new DatabaseSync(files.database, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: false,
  });
  try {
    // WAL with synchronous NORMAL: a kill loses nothing; what a loss of power takes is folded again.
    db.exec(`
      PRAGMA page_size = ${PAGE_SIZE};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${WAL_SIZE_LIMIT};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA cell_size_check = ON;
      PRAGMA trusted_schema = OFF;
    `);
    prepareRegistry(db, files.database);
    // The first write makes the write-ahead log that is watched.
    db.exec(
      "BEGIN IMMEDIATE; DELETE FROM rebuild_requests WHERE name = ''; UPDATE editions SET position = position; COMMIT",
    );
    const watch = new FileWatch(files);
    const check = () => {
      requireSameFiles(watch);
      report.check();
    };
    return new SqliteViewsStore({ db, files, cacheBytes, check });
  } catch (error) {
    db.close();
    throw error;
  }
}

function requireSameFiles(watch: FileWatch): void {
  try {
    watch.check();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConcheError("CONCHE_VIEWS_DAMAGED", {
      message: message
        .replace("a file of the log", "a file of the views")
        .replace("the log was", "the views were"),
      cause: error,
    });
  }
}
