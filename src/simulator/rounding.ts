/** Every value that is published is rounded: a power is dearer than looking it up. */
const POWERS_OF_TEN = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);

/** A value with so many decimals. */
export function roundTo(value: number, decimals: number): number {
  const factor = POWERS_OF_TEN[decimals] ?? 10 ** decimals;
  // Adding 0 turns -0 into 0, which JSON writes alike but a comparison of two runs would not.
  return Math.round(value * factor) / factor + 0;
}

/** A mass in whole grams, in kg: what is published adds up exactly to what is calculated with. */
export function grams(kg: number): number {
  return Math.round(kg * 1000) / 1000;
}

/** The sum of masses, in whole grams. */
export function totalKg(parts: readonly { readonly quantity_kg?: number }[]): number {
  let sum = 0;
  for (const part of parts) sum += part.quantity_kg ?? 0;
  return grams(sum);
}
