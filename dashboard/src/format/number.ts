/** A thin space between thousands, a true minus sign, a point before decimals: 2 939, −0.024. */
export function number(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return "–";
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u2009") : whole;
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  // What rounds to zero has no sign.
  return value < 0 && /[1-9]/.test(digits) ? `\u2212${digits}` : digits;
}

/** A share from 0 to 1 as per cent: 99.4 %. */
export function percent(share: number | null | undefined, decimals = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${number(share * 100, decimals)} %`;
}

/** Bytes as people say them: 131.4 MB (10^6). */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"] as const;
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${number(count / 1000 ** power, power === 0 ? 0 : 1)} ${units[power]}`;
}

/** A value without a known number of decimals: four significant digits, and no zeros that say nothing. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return number(value);
  const rounded = Number(value.toPrecision(4));
  const decimals = String(rounded).split(".")[1]?.length ?? 0;
  return number(rounded, Math.min(6, decimals));
}

/** Ranges of numbers as people read them: the first few, and how many more there are. */
export function rangesInWords(
  ranges: readonly (readonly number[])[],
  most = 2,
): { readonly words: string; readonly more: number } {
  const words = ranges
    .slice(0, most)
    .map(([first = 0, last = first]) => (first === last ? number(first) : `${number(first)}–${number(last)}`))
    .join(", ");
  return { words, more: Math.max(0, ranges.length - most) };
}
