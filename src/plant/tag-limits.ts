import type { Tag, TagLimits } from "./schema/tag.ts";

const KINDS = ["min", "max", "alarm_low", "alarm_high"] as const;

/** The limits of a tag while a product is being made: the product's own over the tag's. */
export function limitsFor(tag: Tag, product: string | undefined): TagLimits {
  const own = product === undefined ? undefined : tag.by_product?.[product];
  const limits: { -readonly [Kind in keyof TagLimits]: TagLimits[Kind] } = {};
  for (const kind of KINDS) {
    const value = own?.[kind] ?? tag[kind];
    if (value !== undefined) limits[kind] = value;
  }
  return limits;
}
