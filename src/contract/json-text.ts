import { jsonAmbiguity } from "./json-ambiguity.ts";
import { oneLine } from "./validation-detail.ts";

/**
 * Deepest nesting of arrays and objects that is taken. The contract's own schemas stay below 10; SQLite's JSON
 * functions, which every later reader uses, stop at 1,000.
 */
export const MAX_NESTING = 128;

/** A text as a value, or why it is none that every reader reads alike. */
export type JsonText =
  | { readonly kind: "json"; readonly text: string; readonly value: unknown }
  | {
      readonly kind: "refused";
      readonly reason: "json" | "prototype" | "ambiguous";
      readonly detail: string;
      /** What it says in spite of it, where its identity is beyond doubt. */
      readonly value?: unknown;
    };

/**
 * Reads text as JSON, as a data center takes it. Never throws.
 * @param bytes the text in UTF-8
 */
export function readJsonText(text: string, bytes: Uint8Array): JsonText {
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
    return refused(
      "json",
      "the payload begins with a byte order mark, which JSON must not have (RFC 8259, 8.1)",
    );
  }
  if (text.includes("\0")) return refused("json", "the payload holds a NUL character");
  // Nesting costs two characters a level, so short payloads can't reach the limit.
  const mayNest = text.length > 2 * MAX_NESTING && opensMoreThan(text, MAX_NESTING);
  if (mayNest && nestsDeeperThan(text, MAX_NESTING)) {
    return refused("json", `arrays and objects are nested deeper than ${MAX_NESTING}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused("json", error instanceof Error ? error.message : "not JSON");
  }
  // Written plainly, or with escapes (which only a walk over the parsed keys finds).
  if (text.includes("__proto__") || (text.includes("\\u") && hasPrototypeKey(value))) {
    return refused("prototype", "the key __proto__ is not allowed anywhere in a payload");
  }
  const ambiguity = jsonAmbiguity(bytes, text, value);
  if (ambiguity === undefined) return { kind: "json", text, value };
  const refusal = refused("ambiguous", oneLine(ambiguity.path, ambiguity.problem));
  return IDENTITY_NAMES.has(ambiguity.repeatedName ?? "") ? refusal : { ...refusal, value };
}

const BYTE_ORDER_MARK = 0xfeff;
const IDENTITY_NAMES: ReadonlySet<string> = new Set(["boot", "seq"]);

function refused(reason: "json" | "prototype" | "ambiguous", detail: string) {
  return { kind: "refused", reason, detail } as const;
}

/** Whether there are more opening brackets than the limit, in strings or not: nearly all messages have a few only. */
function opensMoreThan(text: string, limit: number): boolean {
  let found = 0;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++found > limit) return true;
  return false;
}

/** Counts brackets outside strings; on text that isn't JSON the answer only has to be safe, not exact. */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > limit) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** Recursion is safe: nesting was limited before. */
function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasPrototypeKey);
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}
