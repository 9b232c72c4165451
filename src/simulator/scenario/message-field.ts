import type { Condition } from "../../plant/scenario/evidence.ts";

/** A field of a payload by its path, `stop_reason.code`, `tags.temp_c`; of a qualified value the value itself. */
export function fieldOf(payload: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = payload;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return plainValue(value);
}

/** A tag's value, of which only numbers can be reckoned with. */
export function numberOf(payload: Readonly<Record<string, unknown>>, tag: string): number | undefined {
  const { tags } = payload;
  if (typeof tags !== "object" || tags === null) return undefined;
  const value = plainValue((tags as Record<string, unknown>)[tag]);
  return typeof value === "number" ? value : undefined;
}

function plainValue(value: unknown): unknown {
  return typeof value === "object" && value !== null && "quality" in value && "value" in value
    ? value.value
    : value;
}

/** Whether a value meets all that is asked of it. */
export function meets(value: unknown, { equals, above, below }: Condition): boolean {
  if (equals !== undefined && value !== equals) return false;
  if (above !== undefined && !(typeof value === "number" && value > above)) return false;
  return !(below !== undefined && !(typeof value === "number" && value < below));
}
