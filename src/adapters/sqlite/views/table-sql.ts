import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { ColumnValue, Key, RowRange, ViewRow, ViewTable } from "../../../views/view-table.ts";
import { LIMIT_PARAMETER } from "../database/connection.ts";

const SQL_TYPES = { integer: "INTEGER", real: "REAL", text: "TEXT", blob: "BLOB" } as const;
/** Rows of a range read at a time: no statement is open between, so that rows may be written meanwhile. */
const PAGE_ROWS = 256;
const NAME = /^[a-z][a-z0-9_]*$/;

/** One table of one edition of a view as SQL knows it. */
export class TableSql {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** Where in a row's values each part of the key is. */
  readonly keyPlaces: readonly number[];
  /** The row that the values of all columns, in order, make. */
  readonly rowOf: (values: readonly ColumnValue[]) => ViewRow;
  /** The values of all columns, in order. */
  readonly valuesOf: (row: ViewRow) => ColumnValue[];
  readonly keyOf: (row: ViewRow) => Key;
  /** What the texts and bytes of a row take in memory, about. */
  readonly bytesOf: (row: ViewRow) => number;

  constructor(prefix: string, table: ViewTable) {
    this.columns = Object.keys(table.columns);
    this.key = table.key;
    this.name = `${prefix}_${table.name}`;
    for (const name of [this.name, ...this.columns]) {
      if (!NAME.test(name)) throw new TypeError(`${name} is no name of a table or column in snake case`);
    }
    this.keyPlaces = this.key.map((column) => this.columns.indexOf(column));
    const { rowOf, valuesOf, keyOf, bytesOf } = rowFunctions(table);
    this.rowOf = rowOf;
    this.valuesOf = valuesOf;
    this.keyOf = keyOf;
    this.bytesOf = bytesOf;
  }

  /** Rows lie in the order of the key, in the table itself: what is asked for together is read together. */
  createStatement(table: ViewTable): string {
    const columns = Object.entries(table.columns).map(([column, type]) => {
      return `${quoted(column)} ${SQL_TYPES[type]}${this.key.includes(column) ? " NOT NULL" : ""}`;
    });
    const key = this.key.map(quoted).join(", ");
    return `CREATE TABLE ${quoted(this.name)} (${columns.join(", ")}, PRIMARY KEY (${key})) WITHOUT ROWID`;
  }

  selectOne(db: DatabaseSync): StatementSync {
    return arrays(db.prepare(`SELECT ${this.#list()} FROM ${quoted(this.name)} WHERE ${this.#keyIs()}`));
  }

  upsert(db: DatabaseSync): StatementSync {
    const values = this.columns.map(() => "?").join(", ");
    return db.prepare(`INSERT OR REPLACE INTO ${quoted(this.name)} (${this.#list()}) VALUES (${values})`);
  }

  deleteOne(db: DatabaseSync): StatementSync {
    return db.prepare(`DELETE FROM ${quoted(this.name)} WHERE ${this.#keyIs()}`);
  }

  count(db: DatabaseSync): number {
    return Number(db.prepare(`SELECT count(*) AS count FROM ${quoted(this.name)}`).get()?.count);
  }

  rangeStatement(db: DatabaseSync, shape: RangeShape): StatementSync {
    const direction = shape.order === "desc" ? "DESC" : "ASC";
    const order = this.key.map((column) => `${quoted(column)} ${direction}`).join(", ");
    const where = shape.conditions.length === 0 ? "" : `WHERE ${shape.conditions.join(" AND ")}`;
    return arrays(
      db.prepare(
        `SELECT ${this.#list()} FROM ${quoted(this.name)} ${where} ORDER BY ${order} LIMIT ${LIMIT_PARAMETER}`,
      ),
    );
  }

  #list(): string {
    return this.columns.map(quoted).join(", ");
  }

  #keyIs(): string {
    return this.key.map((column) => `${quoted(column)} = ?`).join(" AND ");
  }
}

/** The conditions of a range, with their values. */
export interface RangeShape {
  readonly conditions: readonly string[];
  readonly values: readonly SQLInputValue[];
  readonly order: "asc" | "desc";
}

/** Reads ranges of a table, page by page. */
export class RangeQuery {
  readonly #db: DatabaseSync;
  readonly #sql: TableSql;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, sql: TableSql) {
    this.#db = db;
    this.#sql = sql;
  }

  /** @param onPage hears before each page is read */
  *rows(range: RowRange, onPage?: () => void): Generator<ViewRow> {
    let wanted = range.limit ?? Number.POSITIVE_INFINITY;
    let after = range.after;
    while (wanted > 0) {
      onPage?.();
      const limit = Math.min(wanted, PAGE_ROWS);
      const shape = shapeOf(this.#sql.key, { ...range, after });
      if (shape === undefined) return;
      const page = this.#statement(shape).all(...shape.values, limit) as unknown as ColumnValue[][];
      for (const values of page) yield this.#sql.rowOf(values);
      const last = page.at(-1);
      if (last === undefined || page.length < limit) return;
      wanted -= page.length;
      after = this.#sql.keyPlaces.map((place) => last[place] as number | string);
    }
  }

  #statement(shape: RangeShape): StatementSync {
    const key = `${shape.order} ${shape.conditions.join(" ")}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = this.#sql.rangeStatement(this.#db, shape);
      this.#statements.set(key, statement);
    }
    return statement;
  }
}

/**
 * A range as conditions that SQLite answers by a single walk along the key, or undefined where no row can fit. Where
 * a page ended (`after`) takes the place of the bound on that side: as a second condition it would be tested row by
 * row from the range's begin on.
 */
function shapeOf(key: readonly string[], range: RowRange): RangeShape | undefined {
  const { prefix = [], after, order = "asc" } = range;
  let { from, to } = range;
  const conditions = prefix.map((_, index) => `${quoted(key[index] ?? "")} = ?`);
  const values: SQLInputValue[] = [...prefix];
  let beyond: Key | undefined;
  if (after !== undefined) {
    const side = compareKeys(after.slice(0, prefix.length), prefix) * (order === "asc" ? 1 : -1);
    if (side > 0) return undefined;
    if (side === 0) beyond = after.slice(prefix.length);
    if (beyond?.length === 0) return undefined;
  }
  if (beyond !== undefined) {
    const [first] = beyond as [number | string]; // not empty
    if (order === "asc" && from !== undefined) {
      if (first >= from) from = undefined;
      else beyond = undefined;
    } else if (order === "desc" && to !== undefined) {
      if (first < to) to = undefined;
      else beyond = undefined;
    }
  }
  const next = quoted(key[prefix.length] ?? "");
  if (from !== undefined) {
    conditions.push(`${next} >= ?`);
    values.push(from);
  }
  if (to !== undefined) {
    conditions.push(`${next} < ?`);
    values.push(to);
  }
  if (beyond !== undefined) {
    const columns = key.slice(prefix.length, prefix.length + beyond.length).map(quoted);
    const places = beyond.map(() => "?").join(", ");
    conditions.push(`(${columns.join(", ")}) ${order === "asc" ? ">" : "<"} (${places})`);
    values.push(...beyond);
  }
  return { conditions, values, order };
}

function compareKeys(a: Key, b: Key): number {
  for (const [index, value] of a.entries()) {
    const other = b[index];
    if (value !== other) return other !== undefined && value < other ? -1 : 1;
  }
  return 0;
}

/**
 * Written as source: an object that is a literal is made four times as fast as one that is filled name by name, and a
 * column that is read by its name is found at once where all rows of one table are alike. Names are in snake case:
 * nothing else gets here.
 */
function rowFunctions(table: ViewTable): Pick<TableSql, "rowOf" | "valuesOf" | "keyOf" | "bytesOf"> {
  const columns = Object.entries(table.columns);
  const fields = columns.map(([column], index) => `${column}: values[${index}]`);
  const values = columns.map(([column]) => `row.${column} ?? null`);
  const sizes = columns.flatMap(([column, type]) =>
    type === "text" || type === "blob" ? [`(row.${column}?.length ?? 0)`] : [],
  );
  const own = (argument: string, result: string) => new Function(argument, `return ${result};`);
  return {
    rowOf: own("values", `{ ${fields.join(", ")} }`) as TableSql["rowOf"],
    valuesOf: own("row", `[${values.join(", ")}]`) as TableSql["valuesOf"],
    keyOf: own("row", `[${table.key.map((column) => `row.${column}`).join(", ")}]`) as TableSql["keyOf"],
    bytesOf: own("row", ["0", ...sizes].join(" + ")) as TableSql["bytesOf"],
  };
}

function quoted(name: string): string {
  return `"${name}"`;
}

/** With setReturnArrays rows are arrays, which the types of node:sqlite don't say. */
function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}
