/** Attempts that wait for their turn, by where they come from. */
interface Line {
  readonly waiting: { readonly go: () => void; readonly turnAway: () => void }[];
}

/**
 * Who waits for something scarce: each origin in a line of its own, and the lines take turns, so that a crowd from one
 * place holds up nobody from another. Where there is no more room, the longest line gives its last place to a newcomer
 * of a shorter one.
 */
export class FairQueue {
  readonly #room: number;
  /** In the order of their turns. */
  readonly #lines = new Map<string, Line>();
  #size = 0;

  /** @param room who may wait, of all origins together */
  constructor(room: number) {
    this.#room = room;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves with true when it is this one's turn, with false when it can't wait (any longer). */
  wait(origin: string): Promise<boolean> {
    const own = this.#lines.get(origin);
    if (this.#size >= this.#room && !this.#makeRoom((own?.waiting.length ?? 0) + 1)) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const entry = { go: () => resolve(true), turnAway: () => resolve(false) };
      const line = this.#lines.get(origin);
      if (line === undefined) this.#lines.set(origin, { waiting: [entry] });
      else line.waiting.push(entry);
      this.#size++;
    });
  }

  /** The next one's turn; false where nobody waits. */
  next(): boolean {
    for (const [origin, line] of this.#lines) {
      const entry = line.waiting.shift();
      this.#lines.delete(origin);
      // Behind the others.
      if (line.waiting.length > 0) this.#lines.set(origin, line);
      if (entry === undefined) continue;
      this.#size--;
      entry.go();
      return true;
    }
    return false;
  }

  /** Turns away the last of the longest line, where that is longer than the newcomer's would be. */
  #makeRoom(length: number): boolean {
    let longest: Line | undefined;
    for (const line of this.#lines.values()) {
      if (line.waiting.length > (longest?.waiting.length ?? length)) longest = line;
    }
    const last = longest?.waiting.pop();
    if (last === undefined) return false;
    this.#size--;
    last.turnAway();
    return true;
  }
}
