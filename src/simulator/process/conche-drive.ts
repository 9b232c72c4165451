import type { ConchingParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import type { ConcheMass } from "./conche-mass.ts";
import { type ConchePhase, phasePowerKw } from "./conching-course.ts";
import { approach, clamp } from "./first-order.ts";

const POWER_TAU_S = 420;

/** Shaft and jacket of a conche: the shaft brings the power of the phase, the jacket holds the temperature. */
export class ConcheDrive {
  readonly #parameters: ConchingParameters;
  /** UA of the wall, kW/K. */
  readonly wallKwK: number;
  #powerKw = 0;
  #jacketC: number;

  /** @param fullKg mass of a full conche, for which the plant file gives the time constant */
  constructor(parameters: ConchingParameters, fullKg: number) {
    this.#parameters = parameters;
    this.wallKwK = (fullKg * parameters.heat_capacity_kj_kgk) / (parameters.thermal_tau_h * 3600);
    this.#jacketC = parameters.paste_c;
  }

  get powerKw(): number {
    return this.#powerKw;
  }

  get jacketC(): number {
    return this.#jacketC;
  }

  /** The shaft turns already when the simulation begins. */
  startTurning(): void {
    this.#powerKw = this.#parameters.idle_kw;
  }

  /** One step: the jacket makes up for the shaft's heat and pulls the mass to the set point, as far as its water goes. */
  step(phase: ConchePhase, progress: number, mass: ConcheMass, setPointC: number): void {
    const { shaft_heat_share, jacket_gain, jacket_c, jacket_tau_s } = this.#parameters;
    this.#powerKw = approach(this.#powerKw, phasePowerKw(phase, progress, this.#parameters), POWER_TAU_S);
    const heatKw = this.#powerKw * shaft_heat_share;
    const wanted = setPointC - heatKw / this.wallKwK + jacket_gain * (setPointC - mass.tempC);
    this.#jacketC = approach(this.#jacketC, clamp(wanted, ...jacket_c), jacket_tau_s);
    mass.step(heatKw, this.#jacketC, setPointC);
  }
}
