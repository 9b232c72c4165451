import { PRODUCT_CODES, type ProductType } from "../../contract/schemas/product.ts";
import { hash } from "../random-stream.ts";
import { compactTime } from "./lot-names.ts";

const NUMBERS = 10_000;

/** A batch id as `B20260111-DA-0042`: the day, the product, and the site's running number, which begins again at 0. */
export function batchId(product: ProductType, startMs: number, number: number): string {
  const text = String(number % NUMBERS).padStart(4, "0");
  return `B${compactTime(startMs).slice(0, 8)}-${PRODUCT_CODES[product]}-${text}`;
}

/**
 * Where a site's batch numbers begin: elsewhere with every start and seed, so that a line that begins anew doesn't give
 * the ids of the day again.
 */
export function firstBatchNumber(site: string, seed: number, startMs: number): number {
  return hash(`${site}/batches:${seed}:${startMs}`) % NUMBERS;
}
