const DAY_MS = 86_400_000;
const OFFSET = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Between instants (ms since 1970) and what the clocks of a place show, summer time included. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;

  /**
   * @param name IANA name
   * @throws RangeError where there is no such time zone
   */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      timeZoneName: "longOffset",
      year: "numeric",
    });
  }

  /** How far its clocks are ahead of UTC, milliseconds. */
  offsetMs(ms: number): number {
    const parts = this.#format.formatToParts(ms);
    const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const [, sign, hours = "0", minutes = "0", seconds = "0"] = OFFSET.exec(name) ?? [];
    const size = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
    return sign === "-" ? -size : size;
  }

  /**
   * The instants at which its clocks show what UTC's show at `asUtc`, the first one first: two where they are put
   * back, none where they are put on.
   */
  instantsShowing(asUtc: number): number[] {
    // The offsets of the day before and the day after are the two that can be in force.
    const offsets = new Set([asUtc - DAY_MS, asUtc + DAY_MS].map((ms) => this.offsetMs(ms)));
    const instants = [...offsets].map((offset) => asUtc - offset);
    return instants.filter((instant) => instant + this.offsetMs(instant) === asUtc).sort((a, b) => a - b);
  }
}
