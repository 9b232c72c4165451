/**
 * How molten chocolate flows, after Casson:
 *
 *     sqrt(stress) = sqrt(yield) + sqrt(viscosity * rate)
 *
 * The model in which the chocolate industry reports flow (ICA analytical method 46, 1973 to 2000).
 */
export interface Casson {
  /** Stress below which it doesn't flow, Pa. */
  readonly yieldPa: number;
  /** What the apparent viscosity sinks to at a high rate, Pa s. */
  readonly viscosityPaS: number;
}

/** Shear stress, Pa, at a shear rate of 0 or more, 1/s. */
export function stressPa({ yieldPa, viscosityPaS }: Casson, ratePerS: number): number {
  return (Math.sqrt(yieldPa) + Math.sqrt(viscosityPaS * ratePerS)) ** 2;
}

/** Stress over rate, Pa s, at a shear rate above 0, 1/s: what an instrument that shears at this rate shows. */
export function apparentPaS(flow: Casson, ratePerS: number): number {
  return stressPa(flow, ratePerS) / ratePerS;
}

/** The same mass thicker by a factor: yield and viscosity both, hence the stress at every rate. */
export function thickened({ yieldPa, viscosityPaS }: Casson, factor: number): Casson {
  return { yieldPa: yieldPa * factor, viscosityPaS: viscosityPaS * factor };
}

/**
 * Two masses stirred together. Both values are means by mass: between those of the two, and the same in whatever
 * portions it flows in.
 */
export function blended(first: Casson, firstKg: number, second: Casson, secondKg: number): Casson {
  const sum = firstKg + secondKg;
  if (sum <= 0) return second;
  const mean = (a: number, b: number) => (a * firstKg + b * secondKg) / sum;
  return {
    yieldPa: mean(first.yieldPa, second.yieldPa),
    viscosityPaS: mean(first.viscosityPaS, second.viscosityPaS),
  };
}
