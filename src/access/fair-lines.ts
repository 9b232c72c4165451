/**
 * Who waits for something scarce: each origin in a line of its own, and the lines take turns, so that a crowd from one
 * place holds up nobody from another. Where there is no more room, the longest line gives its last place to a newcomer
 * of a shorter one.
 */
export class FairLines<Entry> {
  readonly #room: number;
  /** In the order of their turns; none is empty. */
  readonly #lines = new Map<unknown, Entry[]>();
  #size = 0;

  /** @param room who may wait, of all origins together */
  constructor(room: number) {
    this.#room = room;
  }

  get size(): number {
    return this.#size;
  }

  /** How many of an origin wait. */
  of(origin: unknown): number {
    return this.#lines.get(origin)?.length ?? 0;
  }

  /** Returns who can't wait (any longer): the newcomer itself, or who gave way to it. */
  add(origin: unknown, entry: Entry): Entry | undefined {
    const line = this.#lines.get(origin);
    const isFull = this.#size >= this.#room;
    const longest = isFull ? this.#longerThan((line?.length ?? 0) + 1) : undefined;
    if (isFull && longest === undefined) return entry;
    if (line === undefined) this.#lines.set(origin, [entry]);
    else line.push(entry);
    this.#size++;
    if (longest !== undefined) this.#size--;
    return longest?.pop();
  }

  /** Whose turn it is, of those at the head of their lines who may go. */
  next(may: (first: Entry) => boolean = () => true): Entry | undefined {
    for (const [first] of this.#lines.values()) if (first !== undefined && may(first)) return first;
    return undefined;
  }

  /** Who has had its turn leaves, and its line is behind the others; false where it doesn't wait. */
  served(origin: unknown, entry: Entry): boolean {
    const line = this.#lines.get(origin);
    if (line === undefined || !this.remove(origin, entry)) return false;
    if (this.#lines.delete(origin)) this.#lines.set(origin, line);
    return true;
  }

  /** Leaves without its turn; false where it doesn't wait. */
  remove(origin: unknown, entry: Entry): boolean {
    const line = this.#lines.get(origin) ?? [];
    const place = line.indexOf(entry);
    if (place < 0) return false;
    line.splice(place, 1);
    if (line.length === 0) this.#lines.delete(origin);
    this.#size--;
    return true;
  }

  #longerThan(length: number): Entry[] | undefined {
    let longest: Entry[] | undefined;
    for (const line of this.#lines.values()) if (line.length > (longest?.length ?? length)) longest = line;
    return longest;
  }
}
