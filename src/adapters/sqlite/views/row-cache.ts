import type { Key, ViewRow } from "../../../views/view-table.ts";

/** A row in memory; without a row it is known that there is none. */
export interface CachedRow {
  readonly key: Key;
  row: ViewRow | undefined;
  /** Whether the database has a row of the key, as far as is known. */
  stored: boolean;
  /** Not yet written to the database. */
  dirty: boolean;
  bytes: number;
}

/** What a cache writes to when it has to forget rows that are not written yet. */
export interface CacheOwner {
  /** Writes rows that are not in the database yet. */
  write(rows: Iterable<CachedRow>): void;
}

/**
 * The bytes that all caches of a store may hold together. They are in two generations: what is used moves to the
 * young one; when that has half of the bytes, the old one is forgotten and the young one grows old.
 */
export class CacheBudget {
  readonly #half: number;
  readonly #caches = new Set<RowCache>();
  #young = 0;

  constructor(bytes: number) {
    this.#half = bytes / 2;
  }

  join(cache: RowCache): void {
    this.#caches.add(cache);
  }

  leave(cache: RowCache): void {
    this.#caches.delete(cache);
  }

  grew(bytes: number): void {
    this.#young += bytes;
    if (this.#young < this.#half) return;
    this.#young = 0;
    for (const cache of this.#caches) cache.age();
  }
}

/** Rows of one table by key. */
export class RowCache {
  readonly #budget: CacheBudget;
  readonly #owner: CacheOwner;
  #young = new Map<string, CachedRow>();
  #old = new Map<string, CachedRow>();

  constructor(budget: CacheBudget, owner: CacheOwner) {
    this.#budget = budget;
    this.#owner = owner;
    budget.join(this);
  }

  get(key: string): CachedRow | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.set(key, old);
    return old;
  }

  set(key: string, cached: CachedRow): void {
    this.#young.set(key, cached);
    this.#budget.grew(cached.bytes);
  }

  /** The caller has changed a row that is in here. */
  grew(bytes: number): void {
    if (bytes > 0) this.#budget.grew(bytes);
  }

  age(): void {
    this.#owner.write(this.#old.values());
    this.#old = this.#young;
    this.#young = new Map();
  }
}
