const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A length of time in the unit that says something: `0.4 s`, `4 min`, `1.5 h`, `1,321 days`. */
export function lengthInWords(ms: number): string {
  if (ms < MINUTE_MS) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS
    ? `${(ms / HOUR_MS).toFixed(1)} h`
    : `${Math.round(ms / DAY_MS).toLocaleString("en-US")} days`;
}
