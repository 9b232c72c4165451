// Widths of Helvetica and Helvetica-Bold, thousandths of the size, for WinAnsi's codes 32 to 255: from Adobe's Core 14
// AFM files. Every PDF reader has these two fonts, so that nothing has to be embedded.
const REGULAR =
  "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 " +
  "556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 " +
  "722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 " +
  "500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584 350 556 350 222 556 " +
  "333 1000 556 556 333 1000 667 333 1000 350 611 350 350 222 222 333 333 350 556 1000 333 1000 500 333 " +
  "944 350 500 667 278 333 556 556 556 556 260 556 333 737 370 556 584 333 737 333 400 584 333 333 333 " +
  "556 537 278 333 333 365 556 834 834 834 611 667 667 667 667 667 667 1000 722 667 667 667 667 278 278 " +
  "278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611 556 556 556 556 556 556 889 " +
  "500 556 556 556 556 278 278 278 278 556 556 556 556 556 556 556 584 611 556 556 556 556 500 556 500";
const BOLD =
  "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 " +
  "556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 " +
  "722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 " +
  "556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584 350 556 350 278 556 " +
  "500 1000 556 556 333 1000 667 333 1000 350 611 350 350 278 278 500 500 350 556 1000 333 1000 556 333 " +
  "944 350 500 667 278 333 556 556 556 556 280 556 333 737 370 556 584 333 737 333 400 584 333 333 333 " +
  "611 556 278 333 333 365 556 834 834 834 611 722 722 722 722 722 722 1000 722 667 667 667 667 278 278 " +
  "278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611 556 556 556 556 556 556 889 " +
  "556 556 556 556 556 278 278 278 278 611 611 611 611 611 611 611 584 611 611 611 611 611 556 611 556";

const widths = (list: string): Uint16Array => Uint16Array.from(list.split(" "), Number);
const WIDTHS = { regular: widths(REGULAR), bold: widths(BOLD) };

/** One of the two fonts that every PDF reader has. */
export type Weight = keyof typeof WIDTHS;

/** Codes of WinAnsi (Windows 1252) that aren't those of Unicode. */
const WIN_ANSI = new Map(
  [
    ..."\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e\u0178",
  ].map((letter, at) => [letter, 128 + at] as const),
);
/** What is close enough where WinAnsi has no letter. */
const INSTEAD: Readonly<Record<string, string>> = {
  "\u2009": " ",
  "\u202f": " ",
  "\u2212": "-",
  "\u2192": ">",
  "\u2264": "<=",
  "\u2265": ">=",
  "\u03bc": "\u00b5",
};
const UNKNOWN = 63;

/**
 * Text as WinAnsi codes, one a byte. A letter that it lacks loses its accent, or is a question mark: what matters of a
 * record stands in its JSON, whose seal covers it.
 */
export function encoded(text: string): Uint8Array {
  const codes: number[] = [];
  for (const letter of text.normalize("NFC")) {
    const known = codeOf(letter);
    if (known !== undefined) {
      codes.push(known);
      continue;
    }
    for (const part of INSTEAD[letter] ?? letter.normalize("NFD").replace(/\p{M}/gu, ""))
      codes.push(codeOf(part) ?? UNKNOWN);
  }
  return Uint8Array.from(codes);
}

function codeOf(letter: string): number | undefined {
  const point = letter.codePointAt(0) ?? 0;
  if ((point >= 32 && point < 127) || (point >= 160 && point < 256)) return point;
  return letter === "\0" ? undefined : WIN_ANSI.get(letter);
}

/** How wide a text is at a size, points. */
export function widthOf(text: string, size: number, weight: Weight): number {
  let sum = 0;
  for (const code of encoded(text)) sum += WIDTHS[weight][code - 32] ?? 556;
  return (sum * size) / 1000;
}
