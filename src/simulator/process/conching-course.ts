import type { Phases } from "../../plant/schema/product.ts";

/** What a conche is doing. */
export type ConchePhase = "empty" | "filling" | "dry" | "paste" | "liquid" | "waiting" | "discharging";

/** When each phase of a batch ends, h after the beginning of filling. */
export interface ConchingCourse {
  readonly dryUntilH: number;
  readonly pasteUntilH: number;
  readonly untilH: number;
}

/** The course of a batch whose filling took `filledH` hours. */
export function conchingCourse(
  recipe: Phases["conching"],
  filledH: number,
  dryShare: number,
): ConchingCourse {
  const pasteUntilH = Math.max(filledH, recipe.hours - recipe.liquid_hours);
  return {
    dryUntilH: filledH + dryShare * (pasteUntilH - filledH),
    pasteUntilH,
    untilH: Math.max(recipe.hours, pasteUntilH + recipe.liquid_hours),
  };
}

/** Shaft powers of the phases, kW. */
export interface ConchePowers {
  readonly idle_kw: number;
  readonly dry_kw: number;
  readonly paste_kw: number;
  readonly liquid_kw: number;
}

/** The paste has lost this share of its peak power when butter is added. */
const PASTE_DECLINE = 0.3;

/**
 * The power a phase takes: it grows with filling, peaks when the mass turns to paste, falls as that gets smoother, and
 * drops when butter and lecithin make it flow.
 *
 * @param progress how far the phase has come, 0 to 1; when filling, how full it is
 */
export function phasePowerKw(phase: ConchePhase, progress: number, powers: ConchePowers): number {
  switch (phase) {
    case "empty":
      return 0;
    case "filling":
      return powers.idle_kw + (powers.dry_kw - powers.idle_kw) * progress;
    case "dry":
      return powers.dry_kw;
    case "paste":
      return powers.paste_kw * (1 - PASTE_DECLINE * progress);
    case "liquid":
      return powers.liquid_kw;
    case "waiting":
    case "discharging":
      return Math.max(powers.idle_kw, powers.liquid_kw / 2);
  }
}
