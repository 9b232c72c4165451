const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Blank in JSON, but not in a line. */
const LINE_BREAKS = /[\r\n\t]/g;

/**
 * A value as one line of JSON, without a line end. Characters that could act on a terminal are written as escapes,
 * which mean the same to whoever parses it.
 */
export function jsonLine(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replace(UNSAFE, jsonEscape);
}

/**
 * The same with JSON text as its last field, taken over digit by digit: parsing it first would round numbers that
 * JavaScript can't hold. Text that isn't JSON becomes a string.
 */
export function jsonLineWith(
  value: Readonly<Record<string, unknown>>,
  lastKey: string,
  json: string,
): string {
  if (!isJson(json)) return jsonLine({ ...value, [lastKey]: json });
  const raw = json.replace(LINE_BREAKS, " ").replace(UNSAFE, jsonEscape);
  const start = jsonLine(value).slice(0, -1);
  return `${start}${start === "{" ? "" : ","}${JSON.stringify(lastKey)}:${raw}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function jsonEscape(character: string): string {
  let escaped = "";
  for (let at = 0; at < character.length; at++) {
    escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}
