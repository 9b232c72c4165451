import type { ProductionBatch } from "./production-batch.ts";

/** A filled mould on the belt, one bar a cavity. */
export interface Mould {
  readonly batch: ProductionBatch;
  /** Lot of its bars. */
  readonly lotId: string;
  /** Mass of each bar, g, in the order of the nozzles. */
  readonly weightsG: readonly number[];
  /** Whether it is one of the first of a product, whose bars are taken back. */
  readonly startUp: boolean;
  /** Way since the depositor, m. */
  positionM: number;
  /** Mean temperature of the bars, °C. */
  tempC: number;
}
