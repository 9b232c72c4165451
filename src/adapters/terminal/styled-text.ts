import { stripVTControlCharacters, styleText } from "node:util";
import { sanitizeLine } from "./sanitize.ts";

/** How a piece of text looks, as util.styleText calls it. */
export type Style = Parameters<typeof styleText>[0];

/** A piece of a line. The text may come from outside; it is made harmless when the line is rendered. */
export interface Piece {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Characters that take two columns of a terminal. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const COMBINING = /\p{M}/u;
const PLAIN = /^[\x20-\x7e]*$/;

/** How many columns a text takes. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** A number or time up to the end of a text, as far as it goes. */
const BEGUN_NUMBER = /(?<![^\s(=<>~≤≥])[-−+]?\d[\d.,:T-]*$/u;
const GOES_ON = /^[\d.,:T-]*\d/;

/** The text, cut with an ellipsis where it is wider than that; before a number, and never in its middle: it would be another. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let left = width - 1;
  for (const character of text) {
    left -= characterWidth(character);
    if (left < 0) break;
    kept += character;
  }
  if (GOES_ON.test(text.slice(kept.length))) kept = kept.replace(BEGUN_NUMBER, "");
  return width < 1 ? "" : `${kept}…`;
}

/**
 * One line of pieces: harmless, cut to the terminal's width (never where nobody looks), coloured where that is
 * wanted. The cut is made before the colours, so that it can't split an escape sequence.
 */
export function renderLine(pieces: readonly Piece[], columns: number | null, colour: boolean): string {
  let left = columns ?? Number.POSITIVE_INFINITY;
  let line = "";
  for (const { text, style } of pieces) {
    if (left <= 0) break;
    const harmless = cutText(sanitizeLine(text), left);
    left -= textWidth(harmless);
    line += colour && style !== undefined ? styleText(style, harmless, { validateStream: false }) : harmless;
  }
  return line;
}
