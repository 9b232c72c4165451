import type { ProductionBatch } from "./production-batch.ts";

/** A filled mould, one bar a cavity; where it is on the belt of a tunnel, and how warm, the belt knows. */
export interface Mould {
  readonly batch: ProductionBatch;
  /** Lot of its bars. */
  readonly lotId: string;
  /** Mass of each bar, g, in the order of the nozzles. */
  readonly weightsG: readonly number[];
  /** Whether it is one of the first of a product, whose bars are taken back. */
  readonly startUp: boolean;
  /** Way since the depositor when it comes onto the tunnel's belt, m. */
  readonly positionM: number;
  /** Mean temperature of its bars then, °C. */
  readonly tempC: number;
}
