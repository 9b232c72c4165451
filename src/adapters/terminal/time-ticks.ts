import { TimeZone } from "../../time/time-zone.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MONTH_MS = 30 * DAY_MS;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 7, 14, 30, 91, 182].map((days) => days * DAY_MS),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map((years) => years * 365.25 * DAY_MS),
];

/** A time that an axis names. */
export interface TimeTick {
  readonly atMs: number;
  readonly text: string;
}

/** Round times of a zone (IANA) within a span, so many at most. */
export function timeTicks(fromMs: number, toMs: number, most: number, zone: string): TimeTick[] {
  const step = STEPS.find((each) => (toMs - fromMs) / each <= most) ?? toMs - fromMs;
  const offset = new TimeZone(zone).offsetMs(fromMs);
  const ticks: TimeTick[] = [];
  const isOverYears = step >= MONTH_MS && yearOf(fromMs, zone) !== yearOf(toMs, zone);
  for (let at = Math.ceil((fromMs + offset) / step) * step - offset; at < toMs; at += step) {
    const text = isOverYears ? monthText : step >= DAY_MS ? dayText : clockText;
    ticks.push({ atMs: at, text: text(at, zone) });
  }
  return ticks;
}

/** `14:05` in a time zone. */
export function clockText(atMs: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(
    atMs,
  );
}

/** `11 Jan` in a time zone. */
function dayText(atMs: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "numeric", month: "short" }).format(atMs);
}

/** `11 Jan 2026` in a time zone. */
export function dateText(atMs: number, zone: string): string {
  return `${dayText(atMs, zone)} ${yearOf(atMs, zone)}`;
}

function monthText(atMs: number, zone: string): string {
  const month = new Intl.DateTimeFormat("en-GB", { timeZone: zone, month: "short" }).format(atMs);
  return `${month} ${yearOf(atMs, zone)}`;
}

function yearOf(atMs: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric" }).format(atMs);
}
