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
