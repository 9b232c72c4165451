/** An entry between its neighbours in age. */
interface Link<Key, Value> {
  readonly key: Key;
  value: Value;
  older: Link<Key, Value> | undefined;
  newer: Link<Key, Value> | undefined;
}

/**
 * A map of bounded size: past it the entry that has been in it longest goes. Names from outside can't grow it.
 *
 * The entries are a list by age beside the Map, which has the same order, because neither of the Map's own ways to
 * the oldest holds. A new iterator for each drop steps over everything removed since the map was last rehashed: 24 us
 * at 50,000 entries, measured. One that is kept has V8 keep every table which the map outgrew since its place, with
 * all that was in them, for as long as nothing moves it on.
 */
export class RecentMap<Key, Value> {
  readonly #limit: number;
  readonly #links = new Map<Key, Link<Key, Value>>();
  #oldest: Link<Key, Value> | undefined;
  #newest: Link<Key, Value> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#links.size;
  }

  get(key: Key): Value | undefined {
    return this.#links.get(key)?.value;
  }

  /** Puts an entry in as the newest. */
  set(key: Key, value: Value): void {
    this.delete(key);
    this.replace(key, value);
  }

  /** Gives an entry a new value where it stands; a new one is the newest. */
  replace(key: Key, value: Value): void {
    const known = this.#links.get(key);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    const link: Link<Key, Value> = { key, value, older: this.#newest, newer: undefined };
    if (this.#newest === undefined) this.#oldest = link;
    else this.#newest.newer = link;
    this.#newest = link;
    this.#links.set(key, link);
    if (this.#links.size > this.#limit && this.#oldest !== undefined) this.delete(this.#oldest.key);
  }

  /** Puts an entry in unless there is one. */
  add(key: Key, value: Value): void {
    if (!this.#links.has(key)) this.replace(key, value);
  }

  delete(key: Key): void {
    const link = this.#links.get(key);
    if (link === undefined) return;
    this.#links.delete(key);
    if (link.older === undefined) this.#oldest = link.newer;
    else link.older.newer = link.newer;
    if (link.newer === undefined) this.#newest = link.older;
    else link.newer.older = link.older;
    // One that is gone but tenured would carry its neighbours over into the old generation with it.
    link.older = undefined;
    link.newer = undefined;
  }

  /** Oldest first. */
  *entries(): IterableIterator<[Key, Value]> {
    for (const [key, link] of this.#links) yield [key, link.value];
  }
}
