/** A tag as people know it. */
export interface TagWords {
  /** A word or two: "inlet". */
  readonly label: string;
  /** As written: "°C"; none for counts and words. */
  readonly unit: string | undefined;
}

/** The unit at the end of a tag's name. */
const UNIT_IN_NAME = /_(c|k|kg|g|um|pct|bar|a|kw|h|mpm|ms|cP|kg_h|kg_s|pa_s|kwh_t)$/;

/** A tag's label, or its name without the unit at its end, as the dashboard shows it; and its unit. */
export function tagWords(
  name: string,
  model: { readonly label?: string | null; readonly unit?: string | null } | undefined,
): TagWords {
  return {
    label: model?.label ?? name.replace(UNIT_IN_NAME, "").replaceAll("_", " "),
    unit: model?.unit ?? undefined,
  };
}
