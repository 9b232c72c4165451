import { pointerToken } from "./json-limits.ts";

/** What two readers of JSON may read differently in a text, and where: a JSON Pointer to the value. */
export interface JsonAmbiguity {
  readonly path: string;
  /** In words that follow the path. */
  readonly problem: string;
  /** The name that is there twice, where that is it. */
  readonly repeatedName?: string;
}

/** Where in a text the parts of a value are: brackets, separators, strings, and the rest (numbers and words). */
const TOKEN = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|([^ \t\r\n{}[\],:"]+))/y;
const WHOLE_NUMBER = /^-?\d+$/;
/** Whole numbers with fewer digits are below 2^53. */
const LONG_NUMBER_DIGITS = 16;

/**
 * Looks for what JavaScript reads in one way and the JSON functions of SQL, which every later reader uses, in another:
 * a name that occurs twice in one object (the last counts here, the first there), whole numbers beyond 2^53 (rounded
 * here, exact there), surrogates that have lost their other half, and NUL in a string.
 *
 * @param bytes the text in UTF-8
 * @param text valid JSON
 * @param value what JSON.parse made of it
 */
export function jsonAmbiguity(bytes: Uint8Array, text: string, value: unknown): JsonAmbiguity | undefined {
  const names = suspectFree(bytes);
  return names !== undefined && names === countNames(value) ? undefined : find(text);
}

/**
 * The names in a text, or undefined where there is something to be looked at closely. One pass, because every message
 * pays for it, and over bytes, which are read in half the time of characters; what is looked for is ASCII, and no byte of
 * any other character looks like it. A text has as many names as colons outside its strings.
 */
function suspectFree(bytes: Uint8Array): number | undefined {
  let names = 0;
  let digits = 0;
  for (let index = 0; index < bytes.length; index++) {
    const code = bytes[index] ?? 0;
    if (code === QUOTE) {
      digits = 0;
      for (index++; index < bytes.length; index++) {
        const inside = bytes[index];
        if (inside === QUOTE) break;
        if (inside !== BACKSLASH) continue;
        index++;
        if (bytes[index] === LETTER_U && mayBeOdd(bytes, index + 1)) return undefined;
      }
    } else if (code >= DIGIT_0 && code <= DIGIT_9) {
      if (++digits >= LONG_NUMBER_DIGITS) return undefined;
    } else {
      digits = 0;
      if (code === COLON) names++;
    }
  }
  return names;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const LETTER_U = 0x75;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Whether the four digits of an escape are those of a surrogate or of NUL. */
function mayBeOdd(bytes: Uint8Array, at: number): boolean {
  const code = Number.parseInt(String.fromCharCode(...bytes.subarray(at, at + 4)), 16);
  return code === 0 || (code >= 0xd800 && code <= 0xdfff);
}

/** The names in a value, of which each object has a name once. Recursion is safe: nesting was limited before. */
function countNames(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let names = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object") names += countNames(item);
    return names;
  }
  for (const name in value) {
    names++;
    const field: unknown = (value as Record<string, unknown>)[name];
    if (typeof field === "object") names += countNames(field);
  }
  return names;
}

/** An object or array that a text is inside of. */
interface Level {
  /** Undefined in an array. */
  readonly names: Set<string> | undefined;
  /** The name or the place of the value that comes next. */
  at: string | number;
}

/** Takes the text apart; slow, and asked for little. */
function find(text: string): JsonAmbiguity | undefined {
  const levels: Level[] = [];
  const path = () => levels.map(({ at }) => `/${pointerToken(String(at))}`).join("");
  let awaitsName = false;
  for (const [, sign, quoted, word = ""] of text.matchAll(new RegExp(TOKEN, "gy"))) {
    const level = levels.at(-1);
    if (sign === "{" || sign === "[") levels.push({ names: sign === "{" ? new Set() : undefined, at: 0 });
    else if (sign === "}" || sign === "]") levels.pop();
    else if (sign === "," && level !== undefined && typeof level.at === "number") level.at++;
    if (sign !== undefined) {
      awaitsName = (sign === "{" || sign === ",") && levels.at(-1)?.names !== undefined;
      continue;
    }
    if (quoted === undefined) {
      if (WHOLE_NUMBER.test(word) && !Number.isSafeInteger(Number(word)))
        return {
          path: path(),
          problem: "is a whole number beyond 2^53, which not every reader keeps exactly",
        };
      continue;
    }
    const string: string = JSON.parse(quoted);
    const isName = awaitsName && level?.names !== undefined;
    if (isName && level !== undefined) {
      if (level.names?.has(string)) {
        level.at = string;
        return { path: path(), problem: "is there more than once", repeatedName: string };
      }
      level.names?.add(string);
      level.at = string;
      awaitsName = false;
    }
    const what = isName ? "has a name with" : "holds";
    if (!string.isWellFormed())
      return {
        path: path().toWellFormed(),
        problem: `${what} half a surrogate pair, which no text can have`,
      };
    if (string.includes("\0"))
      return {
        path: path().replaceAll("\0", "\\0"),
        problem: `${what} a NUL character, where many readers stop`,
      };
  }
  return undefined;
}
