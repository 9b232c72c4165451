import { gs1CheckDigit } from "../../plant/gs1-check-digit.ts";

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
