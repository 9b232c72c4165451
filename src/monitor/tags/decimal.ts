import { powerOfTen, type Whole } from "./whole.ts";

// A publisher writes decimals: 31.45 in JSON is the text "31.45", and the double that it becomes is its nearest
// neighbour. Taken back to the decimal it was, a value is a whole number of hundredths; sums of whole numbers are exact
// and the same in any order, small to store, and their mean is the mean of what was written.

/** Decimals that are looked for by multiplying; beyond, the number's text decides. 10^9 is exact in a double. */
const FAST_DECIMALS = 9;
const POWERS = Array.from({ length: FAST_DECIMALS + 1 }, (_, decimals) => 10 ** decimals);
/** Beyond it, x · 10^d may have been rounded to a whole number that it isn't. */
const FAST_LIMIT = 2 ** 52;

/** A double as `whole` · 10^-`decimals`, `decimals` as few as give the same double back. */
export interface Decimal {
  readonly whole: Whole;
  readonly decimals: number;
}

/** The decimals of a finite number; -1 where only {@link decimalOf} knows. */
export function fewDecimals(value: number): number {
  for (let decimals = 0; decimals <= FAST_DECIMALS; decimals++) {
    const power = POWERS[decimals] as number;
    const scaled = Math.round(value * power);
    if (scaled > FAST_LIMIT || scaled < -FAST_LIMIT) return -1;
    if (scaled / power === value) return decimals;
  }
  return -1;
}

/** value · 10^decimals, for the decimals that {@link fewDecimals} gave. */
export function scaledBy(value: number, decimals: number): number {
  return Math.round(value * (POWERS[decimals] as number)) + 0; // -0 is 0
}

/** The decimal that a finite number was written as: the shortest that reads as the same double. */
export function decimalOf(value: number): Decimal {
  const decimals = fewDecimals(value);
  if (decimals >= 0) return { whole: scaledBy(value, decimals), decimals };
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [before = "0", after = ""] = mantissa.split(".");
  const digits = BigInt(before + after);
  const places = after.length - Number(exponent);
  const whole = places < 0 ? digits * 10n ** BigInt(-places) : digits;
  const safe = whole <= Number.MAX_SAFE_INTEGER && whole >= Number.MIN_SAFE_INTEGER;
  return { whole: safe ? Number(whole) : whole, decimals: Math.max(0, places) };
}

/** The double nearest to whole · 10^-decimals. */
export function decimalToNumber(whole: Whole, decimals: number): number {
  // Both exact: one division, rounded once. 10^22 is the largest power of ten that a double holds.
  if (typeof whole === "number" && decimals <= 15) return whole / (powerOfTen(decimals) as number);
  return Number(`${whole}e-${decimals}`);
}
