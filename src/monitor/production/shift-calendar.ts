import type { Shift } from "../../plant/schema/shift.ts";
import { TimeZone } from "../../time/time-zone.ts";
import { overlap, type Span } from "../span.ts";

/** One shift of one day. */
export interface ShiftSpan extends Span {
  readonly name: string;
  /** The parts of it in which machines are meant to run: the shift without its breaks. */
  readonly planned: readonly Span[];
}

/** When a site works. */
export interface SiteCalendar {
  /** IANA name. */
  readonly timezone: string;
  /** Without any, all time is planned, and a day is one shift. */
  readonly shifts: readonly Shift[];
}

const DAY_MS = 86_400_000;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const WHOLE_DAY: Shift = { name: "Day", from: "00:00", to: "00:00" };

/** The shifts that touch a span, in order, each clipped to it. */
export function shiftsIn({ timezone, shifts }: SiteCalendar, span: Span): ShiftSpan[] {
  const zone = new TimeZone(timezone);
  const all = shifts.length === 0 ? [WHOLE_DAY] : shifts;
  const found: ShiftSpan[] = [];
  // Days of the wall clock as if they were UTC's; the one before, for a night shift.
  const dayOf = (ms: number) => Math.floor((ms + zone.offsetMs(ms)) / DAY_MS);
  const firstDay = dayOf(span.fromMs) - 1;
  const lastDay = dayOf(span.toMs);
  for (let day = firstDay; day <= lastDay; day++) {
    const weekday = WEEKDAYS[new Date(day * DAY_MS).getUTCDay()];
    for (const shift of all) {
      if (shift.days !== undefined && weekday !== undefined && !shift.days.includes(weekday)) continue;
      const whole = wallSpan(zone, day * DAY_MS, shift.from, shift.to);
      const part = overlap(whole, span);
      if (part === undefined) continue;
      const breaks = (shift.breaks ?? []).map(({ from, to }) => {
        const sameDay = minutesOf(from) >= minutesOf(shift.from);
        return wallSpan(zone, (sameDay ? day : day + 1) * DAY_MS, from, to);
      });
      found.push({ ...part, name: shift.name, planned: without(part, breaks) });
    }
  }
  return found.sort((a, b) => a.fromMs - b.fromMs);
}

/** From one time of day to the next time that the clock shows the other; a whole day where they are the same. */
function wallSpan(zone: TimeZone, dayMs: number, from: string, to: string): Span {
  const begin = minutesOf(from);
  const end = minutesOf(to) <= begin ? minutesOf(to) + 24 * 60 : minutesOf(to);
  return {
    fromMs: firstShowing(zone, dayMs + begin * 60_000),
    toMs: firstShowing(zone, dayMs + end * 60_000),
  };
}

/** When the clock shows it: the first time where it shows it twice, an hour on where it skips it. */
function firstShowing(zone: TimeZone, wallMs: number): number {
  return zone.instantsShowing(wallMs)[0] ?? wallMs - zone.offsetMs(wallMs - DAY_MS);
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

function without(span: Span, breaks: readonly Span[]): Span[] {
  const parts: Span[] = [];
  let fromMs = span.fromMs;
  for (const pause of [...breaks].sort((a, b) => a.fromMs - b.fromMs)) {
    if (pause.toMs <= fromMs || pause.fromMs >= span.toMs) continue;
    if (pause.fromMs > fromMs) parts.push({ fromMs, toMs: pause.fromMs });
    fromMs = pause.toMs;
  }
  if (fromMs < span.toMs) parts.push({ fromMs, toMs: span.toMs });
  return parts;
}
