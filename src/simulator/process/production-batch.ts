import type { ProductType } from "../../contract/schemas/product.ts";
import type { MadeProduct } from "../../plant/schema/product.ts";

/** One batch from dosing to packing: what fills a conche once. */
export interface ProductionBatch {
  /** `B20260111-DA-0042` */
  readonly id: string;
  readonly product: MadeProduct;
  readonly productType: ProductType;
  /** Mixes it is made of. */
  readonly mixes: number;
  readonly plannedKg: number;
  /** Position in the sequence of batches, from 0. */
  readonly index: number;
}

/** The batch as fields of a message. */
export function batchFields(batch: ProductionBatch): { product_type: ProductType; batch_id: string } {
  return { product_type: batch.productType, batch_id: batch.id };
}
