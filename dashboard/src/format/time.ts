const DAY_MS = 86_400_000;

/** Shows times in one zone: the plant's, or UTC where that is preferred. */
export class ZonedTime {
  readonly zone: string;
  readonly #parts: Intl.DateTimeFormat;

  /** @throws RangeError for a zone that the browser does not know */
  constructor(zone: string) {
    this.zone = zone;
    this.#parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      weekday: "short",
      year: "numeric",
      month: "short",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
  }

  #of(atMs: number): Record<string, string> {
    return Object.fromEntries(this.#parts.formatToParts(atMs).map(({ type, value }) => [type, value]));
  }

  /** 23:24:00 */
  clock(atMs: number): string {
    const { hour, minute, second } = this.#of(atMs);
    return `${hour}:${minute}:${second}`;
  }

  /** 23:24 */
  minute(atMs: number): string {
    const { hour, minute } = this.#of(atMs);
    return `${hour}:${minute}`;
  }

  /** Fri 27 Nov */
  day(atMs: number): string {
    const { weekday, day, month } = this.#of(atMs);
    return `${weekday} ${Number(day)} ${month}`;
  }

  /** +01:00 */
  offset(atMs: number): string {
    const name = this.#of(atMs).timeZoneName ?? "GMT";
    return name === "GMT" ? "+00:00" : name.replace("GMT", "");
  }

  /** The clock alone where it is the day of `nowMs`; otherwise with its day before it, and its year where that is far. */
  near(atMs: number, nowMs: number): string {
    const awayMs = Math.abs(nowMs - atMs);
    if (this.day(atMs) === this.day(nowMs) && awayMs < DAY_MS) return this.clock(atMs);
    const year = awayMs < 300 * DAY_MS ? "" : ` ${this.#of(atMs).year}`;
    return `${this.day(atMs)}${year} ${this.minute(atMs)}`;
  }

  /** A span of hours: 22:00 – 06:00, with its day before it where it begins on another one than `nowMs`. */
  span(fromMs: number, toMs: number, nowMs: number): string {
    const day = this.day(fromMs) === this.day(nowMs) ? "" : `${this.day(fromMs)} `;
    return `${day}${this.minute(fromMs)} – ${this.minute(toMs)}`;
  }

  /** Fri 27 Nov 2026 23:24:00 +01:00 */
  full(atMs: number): string {
    return `${this.day(atMs)} ${this.#of(atMs).year} ${this.clock(atMs)} ${this.offset(atMs)}`;
  }
}

/** How long: 0.4 s, 37 s, 2 min 44 s, 45 min, 4 h 07 min, 3 d 4 h. */
export function duration(ms: number): string {
  if (ms < 0) return `\u2212${duration(-ms)}`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds >= 600 && seconds < 3_570) return `${Math.round(seconds / 60)} min`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A span in one unit, rounded down, for narrow places: "317 d", "2 min". */
export function roughly(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return duration(ms);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 1_440 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
}
