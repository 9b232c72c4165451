import type { TagWords } from "../../plant/tag-words.ts";

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
  /** One sentence for people, after the tag's label: every value with its unit. */
  readonly says: string;
}

/** A tag that is looked at. */
export interface LookedAtTag {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  readonly tag: string;
  /** How its finding's sentence names this tag, or another one of the machine. */
  readonly wordsOf: (tag: string) => TagWords;
}
