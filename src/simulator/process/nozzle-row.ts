import type { DepositingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { RandomStream } from "../random-stream.ts";
import { clamp } from "./first-order.ts";

/** How much of a mould's mean error the stroke is corrected by. */
const TRIM = 0.02;

/**
 * The nozzles of a depositor. Each has a bias of its own and a memory (AR(1)); viscous mass flows less; now and then an
 * air bubble takes a gram or more away, never adds one. The stroke follows the mean, as a checkweigher's feedback does.
 */
export class NozzleRow {
  readonly #parameters: DepositingParameters;
  readonly #random: RandomStream;
  readonly #biasG: readonly number[];
  readonly #errorG: number[];
  readonly #kick: number;
  #trimG = 0;

  constructor(parameters: DepositingParameters, random: RandomStream) {
    this.#parameters = parameters;
    this.#random = random;
    const nozzles = Array.from({ length: parameters.cavities }, () => random.normal());
    this.#biasG = nozzles.map((normal) => parameters.nozzle_bias_g * normal);
    this.#errorG = nozzles.map(() => 0);
    this.#kick = parameters.nozzle_noise_g * Math.sqrt(1 - parameters.nozzle_memory ** 2);
  }

  /**
   * Fills a mould: mass by cavity, g, in whole milligrams.
   *
   * @param flowOf share of its flow that a nozzle, counted from 1, still has; a clogged one has less than 1
   */
  deposit(targetG: number, viscosityPct: number, flowOf: (nozzle: number) => number = () => 1): number[] {
    const { nozzle_memory, bubble_share, bubble_g, g_per_viscosity_pct } = this.#parameters;
    const thick = clamp(g_per_viscosity_pct * viscosityPct, -3, 3);
    const weights: number[] = [];
    let sum = 0;
    for (const [nozzle, bias] of this.#biasG.entries()) {
      const error = nozzle_memory * (this.#errorG[nozzle] ?? 0) + this.#kick * this.#random.normal();
      this.#errorG[nozzle] = error;
      const bubble = this.#random.chance(bubble_share) ? this.#random.exponential(bubble_g) : 0;
      const free = targetG + this.#trimG + bias + error - thick - bubble;
      const weight = Math.max(0, free * flowOf(nozzle + 1));
      const whole = Math.round(weight * 1000) / 1000;
      weights.push(whole);
      sum += whole;
    }
    this.#trimG -= TRIM * (sum / weights.length - targetG);
    return weights;
  }
}
