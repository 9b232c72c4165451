import type { Hall } from "../../plant/schema/line.ts";
import type { RandomStream } from "../random-stream.ts";
import type { StepTime } from "../step-time.ts";
import { clamp, DriftingNoise } from "./first-order.ts";

const DAY_MS = 86_400_000;
/** The warmest time of the day, UTC. */
const WARMEST_MS = 14 * 3_600_000;

/** The air around the line: warmer and drier in the afternoon, with weather and open doors on top. */
export class HallAir {
  readonly #hall: Hall;
  readonly #tempNoise: DriftingNoise;
  readonly #humidityNoise: DriftingNoise;
  #tempC: number;
  #humidityPct: number;

  constructor(hall: Hall, random: RandomStream) {
    this.#hall = hall;
    this.#tempNoise = new DriftingNoise(random, hall.temp_swing_k / 4, hall.noise_tau_s);
    this.#humidityNoise = new DriftingNoise(random, hall.humidity_swing_pct / 2, hall.noise_tau_s);
    this.#tempC = hall.temp_c;
    this.#humidityPct = hall.humidity_pct;
  }

  get tempC(): number {
    return this.#tempC;
  }

  get humidityPct(): number {
    return this.#humidityPct;
  }

  get dewPointC(): number {
    return dewPointC(this.#tempC, this.#humidityPct);
  }

  step(now: StepTime): void {
    const day = Math.cos((2 * Math.PI * ((now.ms % DAY_MS) - WARMEST_MS)) / DAY_MS);
    this.#tempC = this.#hall.temp_c + this.#hall.temp_swing_k * day + this.#tempNoise.step();
    const humidity =
      this.#hall.humidity_pct - this.#hall.humidity_swing_pct * day + this.#humidityNoise.step();
    this.#humidityPct = clamp(humidity, 5, 98);
  }
}

/** Magnus formula over water, coefficients of Sonntag (1990): valid from -45 to 60 °C. */
const A = 17.62;
const B_C = 243.12;

/**
 * The dew point of air in °C: 20 °C with 50 % gives 9.3 °C.
 *
 * @param tempC air temperature, °C
 * @param humidityPct relative humidity, %, above 0
 */
export function dewPointC(tempC: number, humidityPct: number): number {
  const gamma = Math.log(humidityPct / 100) + (A * tempC) / (B_C + tempC);
  return (B_C * gamma) / (A - gamma);
}
