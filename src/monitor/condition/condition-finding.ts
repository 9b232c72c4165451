/** What can be wrong with a sensor, or with the machine that it shows. */
export type ConditionKind = "stuck" | "noisy" | "drift" | "out_of_range" | "no_value" | "wear";

/** Something that a machine's values show. */
export interface ConditionFinding {
  readonly kind: ConditionKind;
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  readonly tag: string;
  /** The time that shows it, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How sure, 0 to 1: how far beyond what the tag did in the time of comparison. */
  readonly sure: number;
  /** The figures that show it, each with its unit in the name or in the tag's. */
  readonly evidence: { readonly [figure: string]: number | string | boolean | null };
  /** One sentence for people, without the unit of the tag. */
  readonly says: string;
}

/** A value as a sentence has it. */
export function shown(value: number): string {
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4;
  return String(Number(value.toFixed(digits)));
}

/** A length of time as a sentence has it. */
export function shownTime(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Number((minutes / 60).toFixed(1))} h`;
}
