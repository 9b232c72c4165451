import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Finding, View, ViewStore } from "../../../views/view.ts";
import type { ViewRow, ViewRows, ViewTable } from "../../../views/view-table.ts";
import type { EditionProgress, Standing, ViewEdition, ViewsStore } from "../../../views/views-store.ts";
import type { DatabaseFiles } from "../database/database-files.ts";
import { BoundedFindings } from "./bounded-findings.ts";
import { CachedRows, type RowsOwner } from "./cached-rows.ts";
import {
  FINDING_COUNTS,
  FINDING_NUMBERS,
  FINDINGS,
  OWN_TABLES,
  readEditions,
  type StoredEdition,
  tablesText,
} from "./editions.ts";
import { CacheBudget } from "./row-cache.ts";
import { TableSql } from "./table-sql.ts";
import { toViewsError } from "./views-error.ts";

/** What a store is made of: an open database with its registry. */
export interface ViewsStoreDependencies {
  readonly db: DatabaseSync;
  readonly files: DatabaseFiles;
  /** Rows kept in memory, bytes. */
  readonly cacheBytes: number;
  /** @throws ConcheError when the files are not those that were opened */
  readonly check: () => void;
}

/** The editions of views in SQLite, and their rows: written behind, committed together with the positions. */
export class SqliteViewsStore implements ViewsStore {
  readonly #dependencies: ViewsStoreDependencies;
  readonly #db: DatabaseSync;
  readonly #statements: Readonly<
    Record<"begin" | "commit" | "rollback" | "progress" | "requests" | "taken", StatementSync>
  >;
  #budget: CacheBudget;
  #open = new Map<number, EditionStore>();

  constructor(dependencies: ViewsStoreDependencies) {
    const { db } = dependencies;
    this.#dependencies = dependencies;
    this.#db = db;
    this.#budget = new CacheBudget(dependencies.cacheBytes);
    this.#statements = {
      begin: db.prepare("BEGIN IMMEDIATE"),
      commit: db.prepare("COMMIT"),
      rollback: db.prepare("ROLLBACK"),
      progress: db.prepare(`UPDATE editions SET log_id = ?, position = ?, checksum = ?, newest_received_ms = ?
        WHERE edition = ?`),
      requests: db.prepare("SELECT name FROM rebuild_requests"),
      taken: db.prepare("DELETE FROM rebuild_requests WHERE name = ?"),
    };
  }

  editions(): readonly ViewEdition[] {
    return this.#guarded("reading the views' registry", () => readEditions(this.#db));
  }

  create(view: View, standing: Standing): ViewEdition {
    return this.#guarded("making a view's tables", () => {
      const edition = this.#alone(() => {
        const { lastInsertRowid } = this.#db
          .prepare(`INSERT INTO editions (name, version, standing, prefix, tables_json, log_id, position, checksum,
            newest_received_ms) VALUES (?, ?, ?, '', ?, '', 0, 0, 0)`)
          .run(view.name, view.version, standing, tablesText(view));
        const prefix = this.#freePrefix(view, Number(lastInsertRowid));
        this.#db.prepare("UPDATE editions SET prefix = ? WHERE edition = ?").run(prefix, lastInsertRowid);
        for (const table of [...view.tables, ...OWN_TABLES]) {
          this.#db.exec(new TableSql(prefix, table).createStatement(table));
        }
        return Number(lastInsertRowid);
      });
      return this.#edition(edition);
    });
  }

  remove(editions: readonly number[]): void {
    if (editions.length === 0) return;
    this.#guarded("removing a view", () => this.#alone(() => this.#drop(editions)));
  }

  promote(edition: number): void {
    this.#guarded("letting a rebuilt view answer", () =>
      this.#alone(() => {
        const { name } = this.#edition(edition);
        const others = readEditions(this.#db).filter(
          (each) => each.name === name && each.edition !== edition,
        );
        this.#drop(others.map((each) => each.edition));
        this.#db.prepare("UPDATE editions SET standing = 'answering' WHERE edition = ?").run(edition);
      }),
    );
  }

  open(edition: number, view: View): ViewStore {
    return this.#guarded("opening a view", () => {
      const known = this.#open.get(edition);
      if (known !== undefined) return known;
      const { prefix } = this.#edition(edition);
      const store = new EditionStore(this.#db, prefix, view, this.#budget, {
        begin: () => this.#begin(),
        failed: (error) => toViewsError(error, "folding", this.#dependencies.files.database),
      });
      this.#open.set(edition, store);
      return store;
    });
  }

  findings(edition: number): number {
    return this.#open.get(edition)?.findings ?? 0;
  }

  commit(progress: readonly EditionProgress[]): void {
    this.#guarded("committing views", () => {
      this.#dependencies.check();
      this.#begin();
      for (const store of this.#open.values()) store.flush();
      for (const { edition, position, newestReceivedMs } of progress) {
        const { logId, id, checksum } = position;
        this.#statements.progress.run(logId, id, checksum, newestReceivedMs, edition);
      }
      this.#statements.commit.run();
    });
  }

  rollback(): void {
    this.#open = new Map();
    this.#budget = new CacheBudget(this.#dependencies.cacheBytes);
    this.#guarded("undoing what was not committed", () => {
      if (this.#db.isTransaction) this.#statements.rollback.run();
    });
  }

  takeRebuildRequests(): readonly string[] {
    return this.#guarded("reading the views' registry", () => {
      this.#dependencies.check();
      const names = this.#statements.requests.all().map(({ name }) => String(name));
      // Only those that were read: another one may be asked for at this moment.
      if (names.length > 0) {
        this.#alone(() => {
          for (const name of names) this.#statements.taken.run(name);
        });
      }
      return names;
    });
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #begin(): void {
    if (!this.#db.isTransaction) this.#statements.begin.run();
  }

  /** Does something in a transaction of its own. Never called while rows wait to be committed, but by a rebuild. */
  #alone<Result>(work: () => Result): Result {
    this.#begin();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#statements.rollback.run();
      throw error;
    }
  }

  #drop(editions: readonly number[]): void {
    for (const stored of readEditions(this.#db)) {
      if (!editions.includes(stored.edition)) continue;
      this.#open.get(stored.edition)?.close();
      this.#open.delete(stored.edition);
      for (const table of stored.tables) {
        this.#db.exec(`DROP TABLE IF EXISTS "${new TableSql(stored.prefix, table).name}"`);
      }
      this.#db.prepare("DELETE FROM editions WHERE edition = ?").run(stored.edition);
    }
  }

  #edition(edition: number): StoredEdition {
    const found = readEditions(this.#db).find((each) => each.edition === edition);
    if (found === undefined) throw new TypeError(`no edition ${edition}`); // editions come from this store
    return found;
  }

  /** `<view>_v<version>`; with the edition's number where an edition of the same version is still there. */
  #freePrefix(view: View, edition: number): string {
    const prefix = `${view.name.replaceAll("-", "_")}_v${view.version}`;
    const taken = readEditions(this.#db).some((each) => each.prefix === prefix);
    return taken ? `${prefix}_${edition}` : prefix;
  }

  #guarded<Result>(doing: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toViewsError(error, doing, this.#dependencies.files.database);
    }
  }
}

/** The tables and findings of one edition. */
class EditionStore implements ViewStore {
  readonly #tables: ReadonlyMap<string, CachedRows>;
  readonly #findings: BoundedFindings;

  constructor(db: DatabaseSync, prefix: string, view: View, budget: CacheBudget, owner: RowsOwner) {
    const open = (table: ViewTable) => new CachedRows(db, new TableSql(prefix, table), table, budget, owner);
    this.#tables = new Map([...view.tables, ...OWN_TABLES].map((table) => [table.name, open(table)]));
    this.#findings = new BoundedFindings({
      findings: this.rows(FINDINGS),
      numbers: this.rows(FINDING_NUMBERS),
      counts: this.rows(FINDING_COUNTS),
    });
  }

  /** How many findings there are. */
  get findings(): number {
    return this.#findings.present;
  }

  rows<Row extends ViewRow>(table: ViewTable<Row>): ViewRows<Row> {
    const rows = this.#tables.get(table.name);
    if (rows === undefined) throw new TypeError(`the view has no table ${table.name}`);
    return rows as unknown as ViewRows<Row>; // the table's columns are Row's
  }

  report(finding: Finding): void {
    this.#findings.report(finding);
  }

  heal(key: string): void {
    this.#findings.heal(key);
  }

  flush(): void {
    for (const rows of this.#tables.values()) rows.flush();
  }

  close(): void {
    for (const rows of this.#tables.values()) rows.close();
  }
}
