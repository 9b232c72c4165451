/** C0 but tab and the ends of lines, DEL and C1; what turns the direction of text, so that it reads as it isn't written. */
const ODD = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069";
const NOT_BLANK = "(?=[\\s\\S]*\\S)";

/** What a person writes in several lines, comments and reasons: not blank, and nothing in it that can't be seen. */
export const WORDS_PATTERN = `^${NOT_BLANK}[^${ODD}]*$`;
/** The same for names, which have one line. */
export const NAME_PATTERN = `^${NOT_BLANK}[^\\t\\n\\r${ODD}]*$`;

/** What keeps a text from being a name or words of a person, in words that follow its place; undefined where nothing does. */
export function saidProblem(text: string, pattern: string): string | undefined {
  if (new RegExp(pattern, "u").test(text)) return undefined;
  if (!/\S/.test(text)) return "must not be blank";
  const odd = [...text].find((character) => !new RegExp(pattern, "u").test(`x${character}`)) ?? "";
  const code = (odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `holds U+${code}: no control characters, and none that turn the direction of text`;
}
