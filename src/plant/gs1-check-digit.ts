/**
 * The check digit of a GS1 key (GTIN, SSCC …): weights 3, 1, 3 … from the right; what is missing to a multiple of ten
 * (GS1 General Specifications, section 7.9).
 *
 * @param digits the key without its check digit.
 */
export function gs1CheckDigit(digits: string): number {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const weight = (digits.length - index) % 2 === 1 ? 3 : 1;
    sum += weight * (digits.charCodeAt(index) - 48);
  }
  return (10 - (sum % 10)) % 10;
}
