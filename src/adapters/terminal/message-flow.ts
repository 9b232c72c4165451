/** When lines per message give way to a line per second, and when they come back. */
export interface FlowLimits {
  /** More messages than this within a second: a rate line per second from now on. */
  readonly many: number;
  /** At most this many messages in each of the last seconds: lines again. Lower than `many`, so as not to flutter. */
  readonly few: number;
  /** For how many seconds it has to stay at few. */
  readonly calmSeconds: number;
  /** How many messages that stand out (alarms, quarantine) are shown per second even then. */
  readonly standingOut: number;
}

const FLOW_LIMITS: FlowLimits = { many: 50, few: 20, calmSeconds: 3, standingOut: 5 };

/** What was committed in one second: that decides how messages are shown. */
export interface FlowSecond {
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Messages that stand out and were not shown. */
  readonly unshown: number;
  /** The longest commit, milliseconds. */
  readonly longestCommitMs: number;
}

const NOTHING: FlowSecond = { stored: 0, duplicates: 0, quarantined: 0, unshown: 0, longestCommitMs: 0 };

/** Decides message by message whether it gets a line, and second by second whether there is a rate line. */
export class MessageFlow {
  readonly #limits: FlowLimits;
  #second = { ...NOTHING };
  #shownStandingOut = 0;
  #calm = 0;
  #many = false;

  constructor(limits: FlowLimits = FLOW_LIMITS) {
    this.#limits = limits;
  }

  /** Counts a message; true when it gets a line of its own. */
  take(kind: "stored" | "quarantined", standsOut: boolean): boolean {
    this.#second[kind] += 1;
    if (this.#second.stored + this.#second.quarantined > this.#limits.many) this.#many = true;
    if (!this.#many) return true;
    if (!standsOut) return false;
    this.#shownStandingOut += 1;
    if (this.#shownStandingOut <= this.#limits.standingOut) return true;
    this.#second.unshown += 1;
    return false;
  }

  committed(duplicates: number, durationMs: number): void {
    this.#second.duplicates += duplicates;
    this.#second.longestCommitMs = Math.max(this.#second.longestCommitMs, durationMs);
  }

  /** Ends a second. Gives what happened in it while there are many, undefined while messages have their own lines. */
  endSecond(): FlowSecond | undefined {
    const second = this.#second;
    const wasMany = this.#many;
    this.#second = { ...NOTHING };
    this.#shownStandingOut = 0;
    this.#calm = second.stored + second.quarantined <= this.#limits.few ? this.#calm + 1 : 0;
    if (wasMany && this.#calm >= this.#limits.calmSeconds) this.#many = false;
    // Silence needs no line: an idle console stays still.
    const silent = second.stored + second.quarantined + second.duplicates === 0;
    return wasMany && !silent ? second : undefined;
  }
}
