const DAY_MS = 86_400_000;

/**
 * The code printed on packs: L, year and day of the year of moulding, line: `L26011-line-a`. Together with the time that
 * is printed beside it, it leads to the lot.
 */
export function packCode(line: string, ms: number): string {
  const year = new Date(ms).getUTCFullYear();
  const dayOfYear = Math.floor((ms - Date.UTC(year, 0, 1)) / DAY_MS) + 1;
  return `L${String(year % 100).padStart(2, "0")}${String(dayOfYear).padStart(3, "0")}-${line}`;
}
