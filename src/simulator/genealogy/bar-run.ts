import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { BodyOf } from "../report/machine-event.ts";
import { grams } from "../rounding.ts";

/** Mass of one tank lot that becomes bars of one lot, and how much of it has still to be reported. */
export class BarRun {
  readonly batch: ProductionBatch;
  readonly massLot: string;
  readonly barLot: string;
  #kg = 0;
  #bars = 0;

  constructor(batch: ProductionBatch, massLot: string, barLot: string) {
    this.batch = batch;
    this.massLot = massLot;
    this.barLot = barLot;
  }

  add(kg: number, bars: number): void {
    this.#kg += kg;
    this.#bars += bars;
  }

  /** What has become bars since the last report, in whole grams; undefined when nothing has. */
  takeReport(): BodyOf<"batch"> | undefined {
    if (this.#bars === 0) return undefined;
    const { batch } = this;
    const kg = grams(this.#kg);
    const pieces = this.#bars;
    // What rounding left over stays for the next report, so that reports add up to what was drawn.
    this.#kg -= kg;
    this.#bars = 0;
    const mass = {
      lot_id: this.massLot,
      material: `${batch.productType}_mass`,
      kind: "intermediate",
      quantity_kg: kg,
    } as const;
    const bars = {
      lot_id: this.barLot,
      material: `${batch.productType}_bar`,
      kind: "finished",
      quantity_kg: kg,
      pieces,
    } as const;
    return {
      event: "TRANSFORMED",
      ...batchFields(batch),
      transformation_id: this.barLot,
      inputs: [mass],
      outputs: [bars],
    };
  }
}
