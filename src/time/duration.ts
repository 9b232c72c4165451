const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^([0-9]{1,9})(s|m|h|d|w)$/;

/** A time span as a person types it (`90s`, `30m`, `12h`, `7d`, `2w`) in milliseconds; undefined for other text. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}
