/** A value with so many decimals. */
export function roundTo(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  // Adding 0 turns -0 into 0, which JSON writes alike but a comparison of two runs would not.
  return Math.round(value * factor) / factor + 0;
}
