import { TimeZone } from "../../time/time-zone.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 7, 14, 30, 91, 365].map((days) => days * DAY_MS),
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
  for (let at = Math.ceil((fromMs + offset) / step) * step - offset; at < toMs; at += step) {
    ticks.push({ atMs: at, text: step >= DAY_MS ? dayText(at, zone) : clockText(at, zone) });
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
export function dayText(atMs: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "numeric", month: "short" }).format(atMs);
}
