import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ConcheError } from "../../../errors/conche-error.ts";
import {
  type ColumnValue,
  HELD_BYTES,
  type Key,
  type RowRange,
  type ViewRow,
  type ViewRows,
  type ViewTable,
} from "../../../views/view-table.ts";
import { AtHand } from "./at-hand.ts";
import { type CacheBudget, type CachedRow, RowCache } from "./row-cache.ts";
import { RangeQuery, type TableSql } from "./table-sql.ts";

/** What a row takes in memory beside its texts and bytes: the object, its entry in the cache, its key. */
const ROW_BYTES = 240;
const VALUE_BYTES = 16;

/** What rows need of the store that they are part of. */
export interface RowsOwner {
  /** Called before anything is written: begins the transaction where none is open. */
  begin(): void;
  /** What an error of the database means. A fold must not take it for a defect of its own. */
  failed(error: unknown): ConcheError;
}

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
  readonly #fixedBytes: number;
  readonly #owner: RowsOwner;
  /** By the first part of their key: most ranges ask for one of it. */
  readonly #dirty = new Map<number | string, CachedRow[]>();
  readonly #atHand: AtHand;

  constructor(db: DatabaseSync, sql: TableSql, table: ViewTable, budget: CacheBudget, owner: RowsOwner) {
    this.#sql = sql;
    this.#budget = budget;
    this.#owner = owner;
    this.#ranges = new RangeQuery(db, sql);
    this.#statements = { select: sql.selectOne(db), upsert: sql.upsert(db), delete: sql.deleteOne(db) };
    this.#fixedBytes = ROW_BYTES + VALUE_BYTES * sql.columns.length;
    this.#atHand = new AtHand(table.atHand ?? table.key.slice(0, 1), table.key);
    this.#cache = new RowCache(budget, { write: (rows) => this.#writeForgotten(rows) });
  }

  get(...key: Key): ViewRow | undefined {
    return this.#find(key).row;
  }

  put(row: ViewRow): void {
    this.#change(this.#known(this.#sql.keyOf(row)), row);
  }

  delete(...key: Key): void {
    this.#change(this.#known(key), undefined);
  }

  *range(range: RowRange = {}): Iterable<ViewRow> {
    const first = range.prefix?.[0];
    try {
      yield* this.#ranges.rows(range, () => {
        if (first === undefined) this.flush();
        else this.#flushUnder(first);
      });
    } catch (error) {
      throw this.#owner.failed(error);
    }
  }

  /** Writes whatever is not in the database yet. */
  flush(): void {
    if (this.#dirty.size === 0) return;
    for (const first of [...this.#dirty.keys()]) this.#flushUnder(first);
  }

  /** Forgets everything in memory. */
  close(): void {
    this.#budget.leave(this.#cache);
  }

  /** The row of a key, read where it isn't in memory. */
  #find(key: Key): CachedRow {
    const atHand = this.#atHand.get(key);
    if (atHand !== undefined && same(atHand.key, key)) return atHand;
    const id = idOf(key);
    let cached = this.#cache.get(id);
    if (cached === undefined) {
      const values = this.#select(key);
      const row = values === undefined ? undefined : this.#sql.rowOf(values);
      cached = { key, row, stored: row !== undefined, dirty: false, bytes: this.#bytesOf(row) };
      this.#cache.set(id, cached);
    }
    this.#atHand.set(cached);
    return cached;
  }

  #select(key: Key): ColumnValue[] | undefined {
    try {
      return this.#statements.select.get(...key) as unknown as ColumnValue[] | undefined;
    } catch (error) {
      throw this.#owner.failed(error);
    }
  }

  /** The same without reading: what is about to be written anew needn't be known. */
  #known(key: Key): CachedRow {
    const atHand = this.#atHand.get(key);
    if (atHand !== undefined && same(atHand.key, key)) return atHand;
    const id = idOf(key);
    let cached = this.#cache.get(id);
    if (cached === undefined) {
      cached = { key, row: undefined, stored: true, dirty: false, bytes: 0 };
      // Dirty before it is in the cache, which may forget what it holds to make room.
      this.#markDirty(cached);
      this.#cache.set(id, cached);
    }
    this.#atHand.set(cached);
    return cached;
  }

  #change(cached: CachedRow, row: ViewRow | undefined): void {
    const bytes = this.#bytesOf(row);
    const grown = bytes - cached.bytes;
    cached.row = row;
    cached.bytes = bytes;
    if (!cached.dirty) this.#markDirty(cached);
    this.#cache.grew(grown);
  }

  #markDirty(cached: CachedRow): void {
    cached.dirty = true;
    const first = cached.key[0] as number | string;
    const under = this.#dirty.get(first);
    if (under === undefined) this.#dirty.set(first, [cached]);
    else under.push(cached);
  }

  #flushUnder(first: number | string): void {
    const dirty = this.#dirty.get(first);
    if (dirty === undefined) return;
    try {
      this.#owner.begin();
      this.#dirty.delete(first);
      for (const cached of dirty) this.#write(cached);
    } catch (error) {
      throw this.#owner.failed(error);
    }
  }

  /** Rows that go from memory: those that are not written yet have to be, now. */
  #writeForgotten(rows: Iterable<CachedRow>): void {
    this.#atHand.clear();
    for (const row of rows) {
      if (row.dirty) {
        this.flush();
        return;
      }
    }
  }

  #write(cached: CachedRow): void {
    cached.dirty = false;
    const { key, row } = cached;
    if (row !== undefined) {
      this.#statements.upsert.run(...this.#sql.valuesOf(row));
    } else if (cached.stored) this.#statements.delete.run(...key);
    cached.stored = row !== undefined;
  }

  #bytesOf(row: ViewRow | undefined): number {
    if (row === undefined) return ROW_BYTES;
    return this.#fixedBytes + (row[HELD_BYTES] ?? this.#sql.bytesOf(row));
  }
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
