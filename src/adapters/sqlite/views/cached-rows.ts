import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { ColumnValue, Key, RowRange, ViewRow, ViewRows, ViewTable } from "../../../views/view-table.ts";
import { type CacheBudget, type CachedRow, RowCache } from "./row-cache.ts";
import { RangeQuery, type TableSql } from "./table-sql.ts";

/** What a row takes in memory beside its texts and bytes: the object, its entry in the cache, its key. */
const ROW_BYTES = 240;
const VALUE_BYTES = 16;

/**
 * The rows of one table, written behind: what a fold puts in stays in memory until the commit, when each row is
 * written once however often it was changed. A range that is read has its changed rows written first, within the
 * transaction.
 */
export class CachedRows implements ViewRows {
  readonly #sql: TableSql;
  readonly #cache: RowCache;
  readonly #budget: CacheBudget;
  readonly #ranges: RangeQuery;
  readonly #statements: Readonly<Record<"select" | "upsert" | "delete", StatementSync>>;
  readonly #varying: readonly string[];
  readonly #fixedBytes: number;
  readonly #inTransaction: () => void;
  /** By the first part of their key: most ranges ask for one of it. */
  readonly #dirty = new Map<number | string, Map<string, DirtyRow>>();
  /** The row that was read last: a fold mostly writes that one next, and finding it again costs a long key's hash. */
  #last: (DirtyRow & { readonly id: string }) | undefined;

  /** @param inTransaction called before anything is written: begins the transaction where none is open */
  constructor(
    db: DatabaseSync,
    sql: TableSql,
    table: ViewTable,
    budget: CacheBudget,
    inTransaction: () => void,
  ) {
    this.#sql = sql;
    this.#budget = budget;
    this.#inTransaction = inTransaction;
    this.#ranges = new RangeQuery(db, sql);
    this.#statements = { select: sql.selectOne(db), upsert: sql.upsert(db), delete: sql.deleteOne(db) };
    this.#varying = Object.entries(table.columns).flatMap(([name, type]) =>
      type === "text" || type === "blob" ? [name] : [],
    );
    this.#fixedBytes = ROW_BYTES + VALUE_BYTES * sql.columns.length;
    this.#cache = new RowCache(budget, { write: (rows) => this.#writeForgotten(rows) });
  }

  get(...key: Key): ViewRow | undefined {
    const last = this.#last;
    if (last !== undefined && same(last.key, key)) return last.cached.row;
    const id = idOf(key);
    const known = this.#cache.get(id);
    if (known !== undefined) {
      this.#last = { key, id, cached: known };
      return known.row;
    }
    const values = this.#statements.select.get(...key) as unknown as ColumnValue[] | undefined;
    const row = values === undefined ? undefined : this.#sql.rowOf(values);
    const cached = { row, dirty: false, bytes: this.#bytesOf(row) };
    this.#cache.set(id, cached);
    this.#last = { key, id, cached };
    return row;
  }

  put(row: ViewRow): void {
    this.#change(this.#sql.keyOf(row), row);
  }

  delete(...key: Key): void {
    this.#change(key, undefined);
  }

  *range(range: RowRange = {}): Iterable<ViewRow> {
    const first = range.prefix?.[0];
    yield* this.#ranges.rows(range, () => {
      if (first === undefined) this.flush();
      else this.#flushUnder(first);
    });
  }

  /** Writes whatever is not in the database yet. */
  flush(): void {
    for (const first of [...this.#dirty.keys()]) this.#flushUnder(first);
  }

  /** Forgets everything in memory. */
  close(): void {
    this.#budget.leave(this.#cache);
  }

  #change(key: Key, row: ViewRow | undefined): void {
    const last = this.#last !== undefined && same(this.#last.key, key) ? this.#last : undefined;
    const id = last?.id ?? idOf(key);
    const bytes = this.#bytesOf(row);
    let cached = last?.cached ?? this.#cache.get(id);
    if (cached === undefined) {
      cached = { row, dirty: true, bytes };
      this.#markDirty(key, id, cached);
      this.#cache.set(id, cached);
      return;
    }
    const grown = bytes - cached.bytes;
    cached.row = row;
    cached.bytes = bytes;
    if (!cached.dirty) this.#markDirty(key, id, cached);
    this.#cache.grew(grown);
  }

  #markDirty(key: Key, id: string, cached: CachedRow): void {
    cached.dirty = true;
    const first = key[0] ?? "";
    const under = this.#dirty.get(first);
    if (under === undefined) this.#dirty.set(first, new Map([[id, { key, cached }]]));
    else under.set(id, { key, cached });
  }

  #flushUnder(first: number | string): void {
    const dirty = this.#dirty.get(first);
    if (dirty === undefined) return;
    this.#inTransaction();
    this.#dirty.delete(first);
    for (const { key, cached } of dirty.values()) this.#write(key, cached);
  }

  /** Rows that go from memory: those that are not written yet have to be, now. */
  #writeForgotten(rows: Iterable<CachedRow>): void {
    this.#last = undefined;
    for (const row of rows) {
      if (row.dirty) {
        this.flush();
        return;
      }
    }
  }

  #write(key: Key, cached: CachedRow): void {
    cached.dirty = false;
    const { row } = cached;
    if (row === undefined) this.#statements.delete.run(...key);
    else
      this.#statements.upsert.run(...this.#sql.columns.map((column): SQLInputValue => row[column] ?? null));
  }

  #bytesOf(row: ViewRow | undefined): number {
    if (row === undefined) return ROW_BYTES;
    let bytes = this.#fixedBytes;
    for (const column of this.#varying) {
      const value = row[column];
      if (typeof value === "string") bytes += value.length;
      else if (value instanceof Uint8Array) bytes += value.byteLength;
    }
    return bytes;
  }
}

interface DirtyRow {
  readonly key: Key;
  readonly cached: CachedRow;
}

function same(a: Key, b: Key): boolean {
  for (let part = 0; part < a.length; part++) if (a[part] !== b[part]) return false;
  return a.length === b.length;
}

/** A key as one string, different for different keys: each text with its length before it. */
function idOf(key: Key): string {
  let id = "";
  for (const part of key) id += typeof part === "number" ? `${part};` : `${part.length}:${part}`;
  return id;
}
