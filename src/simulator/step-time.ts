/** The simulation's fixed step, s. Every model is advanced by exactly this, whatever the real speed is. */
export const STEP_S = 1;
/** {@link STEP_S} in milliseconds. */
export const STEP_MS = STEP_S * 1000;

/** The time at the end of a step, and which step it is. */
export interface StepTime {
  /** Simulated time, ms since 1970. */
  readonly ms: number;
  /** Steps since the start, from 0. */
  readonly index: number;
}

/** Counts down simulated seconds. */
export class Countdown {
  #leftS: number;

  constructor(seconds: number) {
    this.#leftS = seconds;
  }

  get leftS(): number {
    return this.#leftS;
  }

  set(seconds: number): void {
    this.#leftS = seconds;
  }

  /** One step further; whether the time is over. */
  step(): boolean {
    this.#leftS -= STEP_S;
    return this.#leftS <= 0;
  }
}
