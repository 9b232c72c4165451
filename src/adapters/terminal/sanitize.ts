// Controls, and the characters that reorder, hide or break text: a payload or a topic must not be able to move the
// cursor, set the window's title, or show something it doesn't say.
const DANGEROUS_IN_LINE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const DANGEROUS_IN_BLOCK = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]--[\n\t]]/gv;

/** Text from outside for one line of a terminal: what could act on the terminal is shown as `\xNN` or `\u{NNNN}`. */
export function sanitizeLine(text: string): string {
  return text.replace(DANGEROUS_IN_LINE, escapeCharacter);
}

/** The same for text of several lines: line feeds and tabs stay. */
export function sanitizeBlock(text: string): string {
  return text.replace(DANGEROUS_IN_BLOCK, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}
