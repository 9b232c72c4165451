import type { ProductionBatch } from "../process/production-batch.ts";

/** A batch on the line and what has become of it. */
export interface BatchEntry {
  readonly batch: ProductionBatch;
  packedKg: number;
}

/** The batches on the line, from dosing to packing: packing writes, the line controller reads and reports. */
export class BatchBook {
  readonly #open = new Map<string, BatchEntry>();
  #finished: BatchEntry[] = [];
  #packing: BatchEntry | undefined;

  get openCount(): number {
    return this.#open.size;
  }

  begin(batch: ProductionBatch): void {
    this.#open.set(batch.id, { batch, packedKg: 0 });
  }

  packed(batch: ProductionBatch, kg: number): void {
    const entry = this.#open.get(batch.id);
    if (entry === undefined) return;
    entry.packedKg += kg;
    this.#packing = entry;
  }

  /** Packed so far of the batch that is being packed, kg. */
  get packingKg(): number {
    return this.#packing?.packedKg ?? 0;
  }

  /** The last bar of the batch has been packed. */
  finish(batch: ProductionBatch): void {
    const entry = this.#open.get(batch.id);
    if (entry === undefined) return;
    this.#open.delete(batch.id);
    this.#finished.push(entry);
  }

  /** Batches finished since the last time this was asked. */
  takeFinished(): readonly BatchEntry[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }
}
