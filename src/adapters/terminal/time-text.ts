const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How long something lasts, as people say it, to two units: `37 s`, `2 min 44 s`, `9 h 24 min`, `3 d 4 h`. */
export function lastingText(ms: number): string {
  const { abs, floor } = Math;
  const sign = ms < 0 ? "−" : "";
  const all = abs(ms);
  if (all < MINUTE_MS) return `${sign}${floor(all / SECOND_MS)} s`;
  if (all < HOUR_MS) return `${sign}${two(all, MINUTE_MS, "min", SECOND_MS, "s")}`;
  if (all < DAY_MS) return `${sign}${two(all, HOUR_MS, "h", MINUTE_MS, "min")}`;
  return `${sign}${two(all, DAY_MS, "d", HOUR_MS, "h")}`;
}

function two(ms: number, unitMs: number, unit: string, smallerMs: number, smaller: string): string {
  const rest = Math.floor((ms % unitMs) / smallerMs);
  return `${Math.floor(ms / unitMs)} ${unit}${rest === 0 ? "" : ` ${rest} ${smaller}`}`;
}

/** Hours, minutes, seconds, for columns of times that are added up: `4:37:04`. */
export function hoursText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A clock of a time zone: what it shows at a moment. */
export class ZoneClock {
  readonly #date: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #zone: Intl.DateTimeFormat;

  /** @param timeZone IANA name */
  constructor(timeZone: string) {
    this.#date = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      day: "numeric",
      month: "short",
    });
    this.#time = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    this.#zone = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "longOffset" });
  }

  /** `23:24:00` */
  time(ms: number): string {
    return this.#time.format(ms);
  }

  /** `2026-11-27 23:24`: where the zone is said beside it. */
  minute(ms: number): string {
    return this.stamp(ms).slice(0, "2026-11-27 23:24".length);
  }

  /** `23:24:00` of what was on the day of `nowMs`; otherwise `2026-11-27 23:24`. */
  near(ms: number, nowMs: number): string {
    const day = "2026-11-27".length;
    return this.stamp(ms).slice(0, day) === this.stamp(nowMs).slice(0, day) ? this.time(ms) : this.minute(ms);
  }

  /** `2026-11-27 23:24:00 +01:00`: for lists that may go back over years. */
  stamp(ms: number): string {
    const zone = this.zone(ms);
    const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d+):(\d+)/.exec(zone) ?? [];
    const offsetMs = (sign === "-" ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS);
    return `${new Date(ms + offsetMs).toISOString().slice(0, 19).replace("T", " ")} ${zone}`;
  }

  /** `+01:00` */
  zone(ms: number): string {
    const name = this.#zone.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    return name.slice("GMT".length) || "+00:00";
  }

  /** `Fri 27 Nov 23:24:00 +01:00` */
  full(ms: number): string {
    return `${this.#date.format(ms).replace(",", "")} ${this.time(ms)} ${this.zone(ms)}`;
  }
}
