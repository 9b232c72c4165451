import { PRODUCT_CODES, type ProductType } from "../../contract/schemas/product.ts";
import { compactTime } from "./lot-names.ts";

const DAY_MS = 86_400_000;
const NUMBERS = 10_000;
/** Times of day that a line's batches are told apart by: minutes, tens of minutes, hours. */
const SLOTS_A_DAY = [1440, 144, 24] as const;

/**
 * A batch id as `B20260111-DA-0042`. Its number stands for the line and the time of day, not for a count: two lines of
 * a site never share one, and a line that starts anew doesn't begin again at 1. A line begins a batch every few hours,
 * so the coarser slots, which more than 6 and more than 69 lines need, still tell its batches apart.
 *
 * @param lineIndex position of the line in its site
 * @param lineCount lines of the site
 */
export function batchId(product: ProductType, startMs: number, lineIndex: number, lineCount: number): string {
  const slots = SLOTS_A_DAY.find((count) => count * lineCount <= NUMBERS) ?? SLOTS_A_DAY[2];
  const slot = Math.floor(((startMs % DAY_MS) * slots) / DAY_MS);
  const number = String((lineIndex * slots + slot) % NUMBERS).padStart(4, "0");
  return `B${compactTime(startMs).slice(0, 8)}-${PRODUCT_CODES[product]}-${number}`;
}
