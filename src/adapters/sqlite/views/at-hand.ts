import type { Key } from "../../../views/view-table.ts";
import type { CachedRow } from "./row-cache.ts";

/** Rows that are at hand: one for each combination that came lately. */
const MOST = 16_384;

type Part = number | string;
type Level = Map<Part, Level | CachedRow>;

/**
 * The row that was touched last of each combination of some parts of a key. What a machine says next mostly changes the
 * row that it changed before, and making a whole key's text and finding it costs more than the fold itself.
 */
export class AtHand {
  readonly #places: readonly number[];
  #root: Level = new Map();
  #size = 0;

  /** @param columns key columns; @param key all of them, in order */
  constructor(columns: readonly string[], key: readonly string[]) {
    this.#places = columns.map((column) => key.indexOf(column));
  }

  /** Of this combination; the rest of its key may be another one's. */
  get(key: Key): CachedRow | undefined {
    let found: Level | CachedRow | undefined = this.#root;
    for (const place of this.#places) {
      found = (found as Level).get(key[place] as Part);
      if (found === undefined) return undefined;
    }
    return found as CachedRow;
  }

  set(cached: CachedRow): void {
    if (this.#size >= MOST) this.clear();
    let level = this.#root;
    for (let index = 0; index < this.#places.length - 1; index++) {
      const part = cached.key[this.#places[index] as number] as Part;
      let next = level.get(part) as Level | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(part, next);
      }
      level = next;
    }
    const before = level.size;
    level.set(cached.key[this.#places.at(-1) as number] as Part, cached);
    this.#size += level.size - before;
  }

  clear(): void {
    this.#root = new Map();
    this.#size = 0;
  }
}
