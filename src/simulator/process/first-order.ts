import type { RandomStream } from "../random-stream.ts";
import { STEP_S } from "../step-time.ts";

/** A value one step later that follows a target as dx/dt = (target - x) / tau, exactly solved over the step. */
export function approach(value: number, target: number, tauS: number): number {
  return target + (value - target) * Math.exp(-STEP_S / tauS);
}

/**
 * Noise that stays on one side for a while: an Ornstein-Uhlenbeck process (AR(1) in steps) of mean 0 with a given
 * standard deviation and time constant.
 */
export class DriftingNoise {
  readonly #random: RandomStream;
  readonly #memory: number;
  readonly #kick: number;
  #value: number;

  constructor(random: RandomStream, sigma: number, tauS: number) {
    this.#random = random;
    this.#memory = Math.exp(-STEP_S / tauS);
    this.#kick = sigma * Math.sqrt(1 - this.#memory * this.#memory);
    this.#value = sigma * random.normal();
  }

  get value(): number {
    return this.#value;
  }

  step(): number {
    this.#value = this.#memory * this.#value + this.#kick * this.#random.normal();
    return this.#value;
  }
}

/** The value, or the bound that it is beyond. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
