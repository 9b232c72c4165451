/** Masses are added up as whole milligrams: sums of whole numbers are the same in any order, to the last bit. */
export function milligrams(kg: number): number {
  return Math.round(kg * 1e6);
}

/** Back from whole milligrams, for people. */
export function kilograms(mg: number): number {
  return mg / 1e6;
}
