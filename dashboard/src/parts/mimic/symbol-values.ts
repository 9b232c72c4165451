import type { ComponentChild } from "preact";
import { number } from "../../format/number.ts";

/** What a symbol draws from: the newest values by tag name, as far as there are any that are not too old. */
export interface SymbolValues {
  number(tag: string): number | undefined;
  /** A value with its unit for the drawing, or nothing. */
  words(tag: string, unit: string, decimals?: number): string | undefined;
  /** How full, from 0 to 1, by a tag and the highest value of its normal range; undefined where unknown. */
  share(tag: string): number | undefined;
}

/** Whether the product moves through the machine: its pipes are solid or dotted. */
export interface SymbolFlow {
  readonly in: boolean;
  readonly out: boolean;
}

export type SymbolDrawing = (values: SymbolValues, flow: SymbolFlow) => ComponentChild;

/** The values of a symbol from what is known of the tags. */
export function symbolValues(
  newest: ReadonlyMap<string, number>,
  highest: ReadonlyMap<string, number>,
): SymbolValues {
  return {
    number: (tag) => newest.get(tag),
    words: (tag, unit, decimals = 0) => {
      const value = newest.get(tag);
      return value === undefined ? undefined : `${number(value, decimals)} ${unit}`;
    },
    share: (tag) => {
      const value = newest.get(tag);
      const full = highest.get(tag);
      return value === undefined || full === undefined || full <= 0
        ? undefined
        : Math.min(1, Math.max(0, value / full));
    },
  };
}
