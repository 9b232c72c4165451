const IDENTIFIERS = 65_536;

/** A set of packet identifiers in 8 KiB, whoever fills it; nothing while it is empty and was never used. */
export class PacketIdSet {
  #bits: Uint8Array | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return ((this.#bits?.[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }

  add(id: number): void {
    this.#bits ??= new Uint8Array(IDENTIFIERS / 8);
    if (this.has(id)) return;
    this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) | (1 << (id & 7));
    this.#size++;
  }

  /** @returns whether it was there */
  delete(id: number): boolean {
    if (this.#bits === undefined || !this.has(id)) return false;
    this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) & ~(1 << (id & 7));
    this.#size--;
    return true;
  }

  *values(): Generator<number> {
    if (this.#size === 0) return;
    for (let id = 0; id < IDENTIFIERS; id++) if (this.has(id)) yield id;
  }
}
