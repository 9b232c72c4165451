import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { View } from "../../../views/view.ts";
import type {
  Key,
  RowRange,
  ViewReading,
  ViewRow,
  ViewRowReading,
  ViewTable,
} from "../../../views/view-table.ts";
import type { ViewEdition } from "../../../views/views-store.ts";
import { openReader } from "../database/connection.ts";
import { logFiles, viewsFiles } from "../database/database-files.ts";
import { requireLog } from "../log/open-for-reading.ts";
import { DamageReport, identityOf } from "./damage-report.ts";
import { FINDING_COUNTS, FINDINGS, OWN_TABLES, readEditions, type StoredEdition } from "./editions.ts";
import { RangeQuery, TableSql } from "./table-sql.ts";
import { toViewsError } from "./views-error.ts";
import { requireRegistry } from "./views-schema.ts";

/** As errors put it. */
const READING = "reading the views";

/** Reads the views of a folder beside whoever folds them. All it gives is as of the last `refresh`. */
export class ViewsReader {
  readonly #folder: string;
  readonly #path: string;
  readonly #onPage: () => void;
  readonly #report: DamageReport;
  #db: DatabaseSync | undefined;
  #file = "";
  #editions: readonly StoredEdition[] = [];
  readonly #tables = new Map<string, TableReading>();

  /** @param onPage called before each page of rows: throws where the time for an answer is over */
  constructor(folder: string, onPage: () => void = () => {}) {
    this.#folder = resolve(folder);
    this.#path = viewsFiles(folder).database;
    this.#onPage = onPage;
    this.#report = new DamageReport(folder);
  }

  /** Moves on to the newest state. Where there are no views yet, there is nothing to read. @throws ConcheError */
  refresh(): void {
    try {
      this.release();
      if (identityOf(this.#path) !== this.#file) this.#reopen();
      if (this.#db === undefined) return;
      this.#db.exec("BEGIN");
      this.#editions = readEditions(this.#db);
    } catch (error) {
      const known = this.#failed(error);
      this.close();
      throw known;
    }
  }

  /** Lets go of the state that was read, which the writer otherwise has to keep. */
  release(): void {
    try {
      if (this.#db?.isTransaction) this.#db.exec("COMMIT");
    } catch {
      // Damage that a question has met shows here once more; that question has told of it.
      this.close();
    }
  }

  editions(): readonly StoredEdition[] {
    return this.#editions;
  }

  /**
   * What one view has derived.
   * @throws ConcheError CONCHE_VIEW_NOT_READY where there is nothing that this program's questions fit,
   *   CONCHE_LOG_MISSING where there is nothing to make it of either
   */
  reading(view: View): ViewReading {
    const edition = this.#answering(view.name);
    // Of a folder without a log nothing will ever be ready.
    if (this.#db === undefined) requireLog(logFiles(this.#folder));
    if (edition === undefined) {
      const made = this.#editions.find(({ name }) => name === view.name)?.position.id;
      throw notReady(
        made === undefined
          ? `view ${view.name} is not there yet`
          : `view ${view.name} is being made, and has come to message ${made}`,
      );
    }
    if (!edition.fits(view)) {
      throw notReady(
        `view ${view.name} is there in version ${edition.version}, version ${view.version} is being built`,
      );
    }
    return {
      rows: (table) => this.#rows(edition, table),
      position: () => edition.position.id,
    };
  }

  /** What the answering edition of a view could not use, by its key. */
  findings(name: string): ViewRowReading | undefined {
    const edition = this.#answering(name);
    const table = edition?.tables.find((each) => each.name === FINDINGS.name);
    return edition === undefined || table === undefined ? undefined : this.#rows(edition, table);
  }

  /** How many findings an edition has, without counting them; one of an older form doesn't say. */
  findingCount({ edition }: ViewEdition): number {
    const stored = this.#editions.find((each) => each.edition === edition);
    if (stored === undefined || !stored.tables.some(({ name }) => name === FINDING_COUNTS.name)) return 0;
    return this.#rows(stored, FINDING_COUNTS).get("all")?.present ?? 0;
  }

  /** Rows of all its tables but the findings, findings, and bytes on disk. Reads all of it: takes its time. */
  size(edition: StoredEdition): { rows: number; findings: number; bytes: number } {
    const db = this.#db;
    if (db === undefined) return { rows: 0, findings: 0, bytes: 0 };
    try {
      let rows = 0;
      let findings = 0;
      let bytes = 0;
      const pages = db.prepare("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = ? AND aggregate = TRUE");
      for (const table of edition.tables) {
        const sql = new TableSql(edition.prefix, table);
        if (table.name === FINDINGS.name) findings = sql.count(db);
        else if (!OWN_TABLES.some(({ name }) => name === table.name)) rows += sql.count(db);
        bytes += Number(pages.get(sql.name)?.bytes ?? 0);
      }
      return { rows, findings, bytes };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  close(): void {
    this.#tables.clear();
    this.#editions = [];
    this.#db?.close();
    this.#db = undefined;
    this.#file = "";
  }

  #answering(name: string): StoredEdition | undefined {
    return this.#editions.find((each) => each.name === name && each.standing === "answering");
  }

  #reopen(): void {
    this.close();
    if (!existsSync(this.#path)) return;
    this.#file = identityOf(this.#path);
    const db = openReader(this.#path, READING);
    let made = false;
    try {
      made = requireRegistry(db, this.#path) === "made";
    } finally {
      if (!made) db.close();
    }
    if (made) this.#db = db;
    else this.#file = "";
  }

  /** What an error means; whoever keeps the views hears of damage. */
  #failed(error: unknown): ConcheError {
    const known = toViewsError(error, READING, this.#path);
    if (known.code === "CONCHE_VIEWS_DAMAGED" && this.#file !== "") {
      this.#report.tell(this.#file, known.message);
    }
    return known;
  }

  #rows<Row extends ViewRow>(edition: StoredEdition, table: ViewTable<Row>): ViewRowReading<Row> {
    const db = this.#db;
    if (db === undefined) throw notReady("there are no views yet");
    // By what it is, before anything is made: a recall comes here some hundred thousand times.
    const key = `${edition.prefix}\n${table.name}`;
    let reading = this.#tables.get(key);
    if (reading === undefined) {
      const sql = new TableSql(edition.prefix, table as unknown as ViewTable);
      const failed = (error: unknown) => this.#failed(error);
      try {
        reading = new TableReading(db, sql, this.#onPage, failed);
      } catch (error) {
        throw failed(error);
      }
      this.#tables.set(key, reading);
    }
    return reading as unknown as ViewRowReading<Row>; // the table's columns are Row's
  }
}

class TableReading implements ViewRowReading {
  readonly #sql: TableSql;
  readonly #range: RangeQuery;
  readonly #one: ReturnType<TableSql["selectOne"]>;
  readonly #onPage: () => void;
  readonly #failed: (error: unknown) => ConcheError;

  constructor(db: DatabaseSync, sql: TableSql, onPage: () => void, failed: (error: unknown) => ConcheError) {
    this.#sql = sql;
    this.#range = new RangeQuery(db, sql);
    this.#one = sql.selectOne(db);
    this.#onPage = onPage;
    this.#failed = failed;
  }

  get(...key: Key): ViewRow | undefined {
    try {
      const values = this.#one.get(...key) as unknown as Parameters<TableSql["rowOf"]>[0] | undefined;
      return values === undefined ? undefined : this.#sql.rowOf(values);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  *range(range: RowRange = {}): Iterable<ViewRow> {
    try {
      yield* this.#range.rows(range, this.#onPage);
    } catch (error) {
      throw this.#failed(error);
    }
  }
}

function notReady(message: string): ConcheError {
  return new ConcheError("CONCHE_VIEW_NOT_READY", { message, retryable: true });
}
