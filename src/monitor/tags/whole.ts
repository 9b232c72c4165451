/**
 * An exact whole number of any size: a plain number while it is within 2^53, a bigint beyond. Each value has one form
 * only, so that equal results are equal bytes. Nearly all telemetry stays in plain numbers, which cost nothing.
 */
export type Whole = number | bigint;

const MAX = Number.MAX_SAFE_INTEGER;

function normal(value: bigint): Whole {
  return value <= MAX && value >= -MAX ? Number(value) : value;
}

/** The exact sum. */
export function plus(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    // A true sum beyond 2^53 rounds to 2^53 or beyond, so a result within is exact.
    if (sum <= MAX && sum >= -MAX) return sum;
  }
  return normal(BigInt(a) + BigInt(b));
}

/** The exact difference. */
export function minus(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (difference <= MAX && difference >= -MAX) return difference;
  }
  return normal(BigInt(a) - BigInt(b));
}

/** The exact product. */
export function times(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (product <= MAX && product >= -MAX) return product + 0; // -0 is 0
  }
  return normal(BigInt(a) * BigInt(b));
}

const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** 10 to a whole power from 0. */
export function powerOfTen(exponent: number): Whole {
  return POWERS[exponent] ?? normal(10n ** BigInt(exponent));
}
