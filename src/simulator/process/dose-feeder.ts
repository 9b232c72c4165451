import type { DosingParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import type { RandomStream } from "../random-stream.ts";
import { STEP_S } from "../step-time.ts";

/** How a feeder's flow spreads from one second to the next, as a fraction of it. */
const FLOW_SPREAD = 0.03;
/** How fast the expected in-flight mass follows the last one. */
const LEARNING = 0.2;

type Feeder = DosingParameters["feeders"]["bulk"];

/**
 * Feeds one dose after another: coarse, then fine, then cut off by what is expected to be still falling. That
 * expectation is learned for each ingredient from dose to dose. What really falls differs a little each time, and that
 * is the dosing error.
 */
export class DoseFeeder {
  readonly #parameters: DosingParameters;
  readonly #random: RandomStream;
  /** What falls after the cut-off, by ingredient, as learned, kg. */
  readonly #expectedKg = new Map<string, number>();
  #dosedKg = 0;
  #flowKgS = 0;

  constructor(parameters: DosingParameters, random: RandomStream) {
    this.#parameters = parameters;
    this.#random = random;
  }

  /** In the present dose so far, kg. */
  get dosedKg(): number {
    return this.#dosedKg;
  }

  get flowKgS(): number {
    return this.#flowKgS;
  }

  begin(): void {
    this.#dosedKg = 0;
  }

  /** Nothing flows in this step. */
  rest(): void {
    this.#flowKgS = 0;
  }

  /** One step of feeding; true when the dose is complete. */
  step(ingredient: string, targetKg: number, feeder: Feeder): boolean {
    const fineFromKg = targetKg - feeder.fine_below_kg;
    const expectedKg = this.#expectedKg.get(ingredient) ?? feeder.fine_kg_s * feeder.in_flight_s;
    const cutOffKg = targetKg - expectedKg;
    const coarse = this.#dosedKg < fineFromKg;
    const flow = (coarse ? feeder.coarse_kg_s : feeder.fine_kg_s) * (1 + FLOW_SPREAD * this.#random.normal());
    const gainKg = Math.max(0, Math.min(flow * STEP_S, (coarse ? fineFromKg : cutOffKg) - this.#dosedKg));
    this.#dosedKg += gainKg;
    this.#flowKgS = gainKg / STEP_S;
    if (this.#dosedKg < cutOffKg) return false;
    const spread = 1 + (this.#parameters.in_flight_noise_pct / 100) * this.#random.normal();
    const inFlightKg = Math.max(0, feeder.fine_kg_s * feeder.in_flight_s * spread);
    this.#dosedKg += inFlightKg;
    this.#expectedKg.set(ingredient, (1 - LEARNING) * expectedKg + LEARNING * inFlightKg);
    return true;
  }
}
