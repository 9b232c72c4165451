import { type Weight, widthOf } from "./helvetica.ts";

/** Text in lines that fit a width: broken between words, within one where it alone is too long. */
export function wrapped(text: string, width: number, size: number, weight: Weight): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer, size, weight) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    const pieces = broken(word, width, size, weight);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? "";
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  return lines;
}

function broken(word: string, width: number, size: number, weight: Weight): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (rest.length > 1 && widthOf(rest, size, weight) > width) {
    let fits = 1;
    while (fits < rest.length && widthOf(rest.slice(0, fits + 1), size, weight) <= width) fits += 1;
    // Ids are broken at a dot, dash or underscore where one is near.
    const nice = Math.max(...[".", "-", "_", ","].map((mark) => rest.lastIndexOf(mark, fits - 1) + 1));
    const cut = nice > fits / 2 ? nice : fits;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...pieces, rest];
}
