import { PRODUCT_CODES, type ProductType } from "../../contract/schemas/product.ts";
import { gs1CheckDigit } from "../../plant/gs1-check-digit.ts";
import { hash } from "../random-stream.ts";
import { compactTime } from "../report/timestamp-text.ts";

const DAY_MS = 86_400_000;

/**
 * The code printed on packs: L, year and day of the year of moulding, line: `L26011-line-a`. Together with the time that
 * is printed beside it, it leads to the lot.
 */
export function packCode(line: string, ms: number): string {
  const year = new Date(ms).getUTCFullYear();
  const dayOfYear = Math.floor((ms - Date.UTC(year, 0, 1)) / DAY_MS) + 1;
  return `L${String(year % 100).padStart(2, "0")}${String(dayOfYear).padStart(3, "0")}-${line}`;
}

const YEAR_MINUTES = 366 * 24 * 60;
const MINUTE_MS = 60_000;

/**
 * A Serial Shipping Container Code: extension digit, company prefix, serial number, check digit; 18 digits (GS1
 * General Specifications, 2.2.1). The serial number is made of the line and the minute of the year, so that no number
 * comes twice within the year that GS1 asks for, restarts included: a line completes less than a pallet a minute.
 *
 * @param lineIndex position of the line among all lines of the plant
 */
export function sscc(companyPrefix: string, lineIndex: number, ms: number): string {
  const length = 16 - companyPrefix.length;
  const minute = Math.floor(ms / MINUTE_MS) % YEAR_MINUTES;
  const serial = String((lineIndex * YEAR_MINUTES + minute) % 10 ** length).padStart(length, "0");
  const digits = `0${companyPrefix}${serial}`;
  return `${digits}${gs1CheckDigit(digits)}`;
}

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
