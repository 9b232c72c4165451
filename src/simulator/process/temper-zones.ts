import type { Phases } from "../../plant/schema/product.ts";
import type { TemperingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { RandomStream } from "../random-stream.ts";
import { Countdown } from "../step-time.ts";
import { approach, DriftingNoise } from "./first-order.ts";

type Recipe = Phases["tempering"];

/** The reheating water is so much warmer than the mass, K. */
const WATER_ABOVE_K = 1.5;
/** Disturbances differ: so much of the plant file's. */
const DISTURBANCE_SHARE = [0.6, 1.1] as const;

/**
 * The zones of a continuous temperer: holding, cooling, reheating. Their temperatures follow their set points with a
 * time constant each. The temper index follows, with the residence time, what cooling has seeded and reheating has
 * molten: colder cooling raises it, warmer reheating lowers it (linear around the recipe's point).
 *
 * Once in a while the reheating valve sticks: the water gets too hot, the mass follows it over the alarm limit, and the
 * index sinks minutes later.
 */
export class TemperZones {
  readonly #parameters: TemperingParameters;
  readonly #random: RandomStream;
  readonly #noise: Readonly<Record<"in" | "cool" | "out" | "index", DriftingNoise>>;
  /** The same, in the order in which they draw. */
  readonly #noises: readonly DriftingNoise[];
  readonly #untilDisturbed: Countdown;
  readonly #disturbedLeft = new Countdown(0);
  #recipe: Recipe;
  #inC: number;
  #coolC: number;
  #outC: number;
  #index: number;
  #excessK: number;

  constructor(parameters: TemperingParameters, random: RandomStream, recipe: Recipe) {
    this.#parameters = parameters;
    this.#random = random;
    this.#recipe = recipe;
    const { zone_tau_s: tau, disturbance, noise_k } = parameters;
    this.#noise = {
      in: new DriftingNoise(random, noise_k, tau.in),
      cool: new DriftingNoise(random, noise_k, tau.cool),
      out: new DriftingNoise(random, noise_k, tau.out),
      index: new DriftingNoise(random, parameters.index_noise, parameters.residence_s),
    };
    this.#noises = Object.values(this.#noise);
    this.#untilDisturbed = new Countdown(random.exponential(disturbance.mean_hours * 3600));
    const { began_s, lasts_s } = disturbance.at_start;
    this.#excessK = lasts_s > 0 ? disturbance.kelvin : 0;
    this.#disturbedLeft.set(lasts_s);
    this.#inC = recipe.in_c;
    this.#coolC = recipe.cool_c;
    // As if the water had been too hot for `began_s` already.
    this.#outC = recipe.out_c + this.#excessK * (1 - Math.exp(-began_s / tau.out));
    this.#index = recipe.index;
  }

  get inC(): number {
    return this.#inC + this.#noise.in.value;
  }

  get coolC(): number {
    return this.#coolC + this.#noise.cool.value;
  }

  get outC(): number {
    return this.#outC + this.#noise.out.value;
  }

  get waterC(): number {
    return this.#recipe.out_c + WATER_ABOVE_K + this.#excessK;
  }

  get temperIndex(): number {
    return Math.max(0, this.#index + this.#noise.index.value);
  }

  /** How much more viscous than at the recipe's point, %: colder and richer in crystals is thicker. */
  get viscosityPct(): number {
    const { viscosity_per_k_pct, viscosity_per_index_pct } = this.#parameters;
    const colderK = this.#recipe.out_c - this.outC;
    return viscosity_per_k_pct * colderK + viscosity_per_index_pct * (this.temperIndex - this.#recipe.index);
  }

  /** Set points of another product. */
  follow(recipe: Recipe): void {
    this.#recipe = recipe;
  }

  /** @param coolerExcessK how much too warm the cooling zone's water is, because its cooler fails */
  step(coolerExcessK = 0): void {
    this.#disturb();
    const { zone_tau_s: tau, residence_s, index_per_cool_k, index_per_out_k } = this.#parameters;
    const recipe = this.#recipe;
    for (const noise of this.#noises) noise.step();
    this.#inC = approach(this.#inC, recipe.in_c, tau.in);
    this.#coolC = approach(this.#coolC, recipe.cool_c + coolerExcessK, tau.cool);
    this.#outC = approach(this.#outC, recipe.out_c + this.#excessK, tau.out);
    const seeded = index_per_cool_k * (recipe.cool_c - this.coolC);
    const molten = index_per_out_k * (this.outC - recipe.out_c);
    this.#index = approach(this.#index, recipe.index + seeded - molten, residence_s);
  }

  #disturb(): void {
    const { kelvin, mean_hours, seconds } = this.#parameters.disturbance;
    if (this.#excessK > 0) {
      if (this.#disturbedLeft.step()) this.#excessK = 0;
    } else if (this.#untilDisturbed.step()) {
      this.#excessK = kelvin * this.#random.between(...DISTURBANCE_SHARE);
      this.#disturbedLeft.set(this.#random.between(...seconds));
      this.#untilDisturbed.set(this.#random.exponential(mean_hours * 3600));
    }
  }
}
