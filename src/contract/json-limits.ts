/** Deeper nesting than this is refused: no schema of the contract needs more than ten levels. */
export const MAX_DEPTH = 128;

/** What makes a value unfit for JSON, and where. */
export interface JsonLimitBreach {
  readonly path: string;
  readonly problem: string;
}

/**
 * Whether a value from JSON.parse holds a number that JSON can't write (1e400 reads as Infinity) or nests too
 * deep, anywhere, unknown fields included: such a payload can't be read back as it was sent.
 */
export function breaksJsonLimits(value: unknown, depth = MAX_DEPTH): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  if (Array.isArray(value)) return value.some((item) => breaksJsonLimits(item, depth - 1));
  for (const key in value) {
    const field: unknown = (value as Record<string, unknown>)[key];
    // Numbers and words, nearly every field there is, are decided here without a call.
    if (typeof field === "number" ? !Number.isFinite(field) : typeof field === "object") {
      if (breaksJsonLimits(field, depth - 1)) return true;
    }
  }
  return false;
}

/** The first breach, for a value that {@link breaksJsonLimits}. */
export function jsonLimitBreach(value: unknown, path = "", depth = MAX_DEPTH): JsonLimitBreach | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return { path, problem: "must be a number within the range of a 64-bit float" };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === 0) return { path, problem: `is nested deeper than ${MAX_DEPTH} levels` };
  for (const [key, field] of Object.entries(value)) {
    const breach = jsonLimitBreach(field, `${path}/${pointerToken(key)}`, depth - 1);
    if (breach !== undefined) return breach;
  }
  return undefined;
}

/** A key as a reference token of a JSON Pointer (RFC 6901, section 3). */
export function pointerToken(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
