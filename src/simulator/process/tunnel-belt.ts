import type { CoolingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import { STEP_S } from "../step-time.ts";
import type { Mould } from "./mould.ts";

/** So many that have left are cleared away together. */
const CLEARED_AT_ONCE = 64;

/** Air of the three zones, °C, from the entry to the exit. */
export type ZoneAir = readonly [number, number, number];

/**
 * The moulds on the belt of a cooling tunnel. Each bar gives heat to the zone's air:
 *
 *     m cp dT/dt = -h A (T - Tair)
 *
 * with m/A from density and thickness, and the heat of crystallisation spread over the range in which fat sets, as an
 * apparent specific heat. With h = 40 W/m²K and 10 mm this takes about 29 minutes.
 *
 * Hundreds of moulds cool in every second of a simulation: their ways and temperatures lie in plain arrays of numbers,
 * all in the order of the moulds, from the exit to the entry. Those that have left are cleared away some at a time.
 */
export class TunnelBelt {
  readonly #parameters: CoolingParameters;
  /** Heat that a kilogram gives to air a kelvin colder in one step, kJ. */
  readonly #lossKjKgK: number;
  readonly #moulds: Mould[] = [];
  /** Moulds at the front of the arrays that have left. */
  #left = 0;
  /** Way since the depositor, m. */
  #positionM = new Float64Array(64);
  /** Mean temperature of the bars, °C. */
  #tempC = new Float64Array(64);
  /** What setting adds to the specific heat, kJ/kgK. */
  #settingKjKgK = new Float64Array(64);

  constructor(parameters: CoolingParameters) {
    this.#parameters = parameters;
    const massKgM2 = (parameters.density_kg_m3 * parameters.bar_mm) / 1000;
    this.#lossKjKgK = (parameters.heat_transfer_w_m2k * parameters.cooled_sides * STEP_S) / (1000 * massKgM2);
  }

  get count(): number {
    return this.#moulds.length - this.#left;
  }

  /** The mould that leaves next. */
  get first(): Mould | undefined {
    return this.#moulds[this.#left];
  }

  /** Whether that one has come to the exit. */
  get atExit(): boolean {
    return this.first !== undefined && (this.#positionM[this.#left] ?? 0) >= this.#parameters.path_m;
  }

  /** A mould comes in, as warm as it is, behind all that are there. */
  put(mould: Mould): void {
    const index = this.#moulds.push(mould) - 1;
    if (index === this.#tempC.length) this.#grow();
    this.#positionM[index] = mould.positionM;
    this.#tempC[index] = mould.tempC;
    const { from, to } = this.#parameters.crystallising_c;
    this.#settingKjKgK[index] = mould.batch.product.recipe.phases.cooling.latent_kj_kg / (from - to);
  }

  /** The first mould leaves; returns how warm its bars are, °C. */
  release(): number {
    const tempC = this.#tempC[this.#left] ?? 0;
    this.#left += 1;
    if (this.#left === CLEARED_AT_ONCE) this.#clear();
    return tempC;
  }

  /** One step: all move on, then each cools in the air of the zone that it is in. */
  step(movedM: number, air: ZoneAir): void {
    const positionM = this.#positionM;
    const end = this.#moulds.length;
    for (let index = this.#left; index < end; index++) positionM[index] = (positionM[index] ?? 0) + movedM;
    const second = this.#firstBefore(2);
    const first = this.#firstBefore(1);
    this.#cool(this.#left, second, air[2]);
    this.#cool(second, first, air[1]);
    this.#cool(first, end, air[0]);
  }

  /** Where in the arrays those begin that haven't come so many thirds of the way yet. */
  #firstBefore(thirds: number): number {
    const { path_m } = this.#parameters;
    let low = this.#left;
    let high = this.#moulds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((3 * (this.#positionM[middle] ?? 0)) / path_m >= thirds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Cools a stretch of moulds: the innermost loop of a simulation, hence without any detour. */
  #cool(first: number, end: number, airC: number): void {
    const { heat_capacity_kj_kgk, crystallising_c } = this.#parameters;
    const { from, to } = crystallising_c;
    const temps = this.#tempC;
    const setting = this.#settingKjKgK;
    const loss = this.#lossKjKgK;
    for (let index = first; index < end; index++) {
      const tempC = temps[index] ?? 0;
      const latent = tempC < from && tempC > to ? (setting[index] ?? 0) : 0;
      temps[index] = tempC - (loss * (tempC - airC)) / (heat_capacity_kj_kgk + latent);
    }
  }

  #clear(): void {
    this.#moulds.splice(0, this.#left);
    for (const values of [this.#positionM, this.#tempC, this.#settingKjKgK]) values.copyWithin(0, this.#left);
    this.#left = 0;
  }

  #grow(): void {
    const larger = (values: Float64Array) => {
      const grown = new Float64Array(2 * values.length);
      grown.set(values);
      return grown;
    };
    this.#positionM = larger(this.#positionM);
    this.#tempC = larger(this.#tempC);
    this.#settingKjKgK = larger(this.#settingKjKgK);
  }
}
