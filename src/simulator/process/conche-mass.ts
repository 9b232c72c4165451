import { STEP_S } from "../step-time.ts";
import { clamp } from "./first-order.ts";

/** Drying gets this much faster with a kelvin, as a fraction of itself. */
const DRYING_PER_K = 0.03;

/** What the mass in a conche does by itself. */
export interface ConcheMassParameters {
  readonly heatCapacityKjKgK: number;
  /** UA: heat through the wall, kW/K. */
  readonly wallKwK: number;
  readonly dryingPerH: number;
  readonly moistureEquilibriumPct: number;
  readonly acidityTauH: number;
}

/**
 * The mass in a conche.
 *
 *     m cp dT/dt = P - UA (T - Tj)        heat: shaft power against the jacket
 *     dX/dt = -k (X - Xe)                 drying, faster when warmer
 *     da/dt = -a / tau                    volatile acids leave
 *
 * Units: kg, °C, kW, weight %. Water that leaves is counted, so that mass is conserved.
 */
export class ConcheMass {
  readonly #parameters: ConcheMassParameters;
  #kg = 0;
  #tempC: number;
  #moisturePct = 0;
  #acidityPct = 0;
  #evaporatedKg = 0;
  #evaporationKgH = 0;

  constructor(parameters: ConcheMassParameters, tempC: number) {
    this.#parameters = parameters;
    this.#tempC = tempC;
  }

  get kg(): number {
    return this.#kg;
  }

  get tempC(): number {
    return this.#tempC;
  }

  get moisturePct(): number {
    return this.#moisturePct;
  }

  get acidityPct(): number {
    return this.#acidityPct;
  }

  /** Water that has left since the trough was empty, kg. */
  get evaporatedKg(): number {
    return this.#evaporatedKg;
  }

  get evaporationKgH(): number {
    return this.#evaporationKgH;
  }

  /** Something comes in and mixes with what is there. */
  add(kg: number, tempC: number, moisturePct: number, acidityPct: number): void {
    const sum = this.#kg + kg;
    if (sum <= 0) return;
    const mixed = (old: number, fresh: number) => (old * this.#kg + fresh * kg) / sum;
    this.#tempC = mixed(this.#tempC, tempC);
    this.#moisturePct = mixed(this.#moisturePct, moisturePct);
    this.#acidityPct = mixed(this.#acidityPct, acidityPct);
    this.#kg = sum;
  }

  /** Puts the mass on what the balance of the batch says: the difference is rounding. */
  settle(kg: number): void {
    this.#kg = kg;
  }

  /** Takes out at most so much; returns how much it was. */
  remove(kg: number): number {
    const taken = Math.min(kg, this.#kg);
    this.#kg -= taken;
    if (this.#kg < 1e-9) this.#kg = 0;
    return taken;
  }

  /** Empty again: the next batch is counted from zero. */
  reset(): void {
    this.#kg = 0;
    this.#evaporatedKg = 0;
    this.#evaporationKgH = 0;
  }

  /**
   * @param heatKw shaft power that ends as heat
   * @param jacketC water in the jacket
   * @param setPointC the recipe's temperature: k is given for it
   */
  step(heatKw: number, jacketC: number, setPointC: number): void {
    this.#evaporationKgH = 0;
    if (this.#kg < 1) return;
    const { heatCapacityKjKgK, wallKwK, dryingPerH, moistureEquilibriumPct, acidityTauH } = this.#parameters;
    // Little mass would make the wall stiff within a step; a tenth of a degree a second is more than any conche does.
    const flowKw = heatKw - wallKwK * (this.#tempC - jacketC);
    this.#tempC += clamp((flowKw * STEP_S) / (this.#kg * heatCapacityKjKgK), -0.1, 0.1);
    const hours = STEP_S / 3600;
    const drying = dryingPerH * Math.exp(DRYING_PER_K * (this.#tempC - setPointC));
    const driedPct =
      Math.max(0, this.#moisturePct - moistureEquilibriumPct) * (1 - Math.exp(-drying * hours));
    const waterKg = (this.#kg * driedPct) / 100;
    this.#moisturePct -= driedPct;
    this.#kg -= waterKg;
    this.#evaporatedKg += waterKg;
    this.#evaporationKgH = waterKg / hours;
    this.#acidityPct *= Math.exp(-hours / acidityTauH);
  }
}
