/** How long the publisher waits for receipts, and how it feels its way when none come. */
export interface RecoveryTiming {
  /** Without a receipt that says something new for this long, what was sent is sent again, milliseconds. */
  readonly receiptTimeoutMs: number;
  /** The longest that this time grows to while nothing comes, milliseconds. */
  readonly longestReceiptTimeoutMs: number;
}

/** Messages sent again in a silence; after each answer twice as many as before it. */
export const FIRST_PROBE = 64;
const LARGEST_PROBE = 4_096;

/** Numbers to be sent again: at most `left` of those that are still held, from … to. */
export interface Probe {
  from: number;
  readonly to: number;
  left: number;
}

/**
 * When and how much is sent again without being asked: a broker may have acknowledged messages and lost them all
 * once it has lost its memory, and then nobody knows but the missing receipts. A few are sent, and the time between doubles while nothing
 * comes back: a data center that is down for an hour must not find an hour's messages a hundred times in its broker's
 * queue. Each answer brings the next portion at once, twice as large, so that recovery runs at full speed when there is
 * somebody to hear it. Pure: time is passed in.
 */
export class Recovery {
  readonly #timing: RecoveryTiming;
  #deadline: number | undefined;
  #delayMs: number;
  #size = FIRST_PROBE;
  #probe: Probe | undefined;
  /** The highest number of the portion sent last. */
  #probedTo = 0;
  /** Recovery goes on until everything up to here is covered; 0 when there is none going on. */
  #target = 0;

  constructor(timing: RecoveryTiming) {
    this.#timing = timing;
    this.#delayMs = timing.receiptTimeoutMs;
  }

  /** The portion that is being sent. */
  get probe(): Probe | undefined {
    return this.#probe;
  }

  /** Something was sent that only a receipt can cover. */
  awaiting(now: number): void {
    this.#deadline ??= now + this.#delayMs;
  }

  /** Whether a portion is due because nothing was heard. */
  isDue(now: number): boolean {
    return this.#deadline !== undefined && now >= this.#deadline;
  }

  /** Sends the first portion of floor … target again. */
  begin(now: number, floor: number, target: number): void {
    this.#target = target;
    this.#startProbe(floor);
    this.#deadline = now + this.#delayMs;
  }

  /** The same, after nothing was heard; the next silence will be longer. */
  retry(now: number, floor: number, target: number): void {
    this.#delayMs = Math.min(this.#delayMs * 2, this.#timing.longestReceiptTimeoutMs);
    this.#size = FIRST_PROBE;
    this.begin(now, floor, target);
  }

  /** A receipt said something new; `floor` is the lowest number that is still owed. */
  progressed(now: number, floor: number): void {
    this.#delayMs = this.#timing.receiptTimeoutMs;
    this.#deadline = now + this.#delayMs;
    if (this.#target === 0) return;
    if (floor > this.#target) this.#end();
    else if (this.#probe === undefined && floor > this.#probedTo) this.#startProbe(floor);
  }

  /** Nothing is owed any more. */
  settled(): void {
    this.#deadline = undefined;
    this.#delayMs = this.#timing.receiptTimeoutMs;
    this.#end();
  }

  /** The portion was looked through up to this number, and so many of it were there. */
  probed(through: number, present: number): void {
    const probe = this.#probe;
    if (probe === undefined) return;
    probe.from = through + 1;
    probe.left -= present;
    if (probe.left <= 0 || probe.from > probe.to) this.#probe = undefined;
    this.#probedTo = Math.max(this.#probedTo, through);
  }

  /** The connection is gone; {@link begin} starts again on the next one. */
  interrupt(): void {
    this.#deadline = undefined;
    this.#end();
  }

  #startProbe(floor: number): void {
    this.#probe = { from: floor, to: this.#target, left: this.#size };
    this.#probedTo = floor - 1;
    this.#size = Math.min(this.#size * 2, LARGEST_PROBE);
  }

  #end(): void {
    this.#target = 0;
    this.#size = FIRST_PROBE;
    this.#probe = undefined;
  }
}
