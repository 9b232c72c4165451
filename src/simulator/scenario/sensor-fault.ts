import type { DisturbanceOf } from "../../plant/scenario/disturbance.ts";
import { RandomStream } from "../random-stream.ts";
import type { Readings, TagReading } from "../report/machine-event.ts";

type SensorDisturbance = DisturbanceOf<"sensor_sticks" | "sensor_drifts" | "sensor_noisy">;

const HOUR_MS = 3_600_000;

/** A sensor that doesn't show what is. The process is as it would be; alarms go by what the sensor shows. */
export class SensorFault {
  readonly #disturbance: SensorDisturbance;
  readonly #fromMs: number;
  readonly #random: RandomStream;
  #stuckAt: number | undefined;

  /** @param fromMs when it begins, ms since 1970 */
  constructor(disturbance: SensorDisturbance, fromMs: number, seed: number, name: string) {
    this.#disturbance = disturbance;
    this.#fromMs = fromMs;
    this.#random = new RandomStream(seed, name);
  }

  /** What the machine's sensors show when one of them is like this. */
  distort(readings: Readings, nowMs: number): Readings {
    const { tag, hours } = this.#disturbance;
    const sinceH = (nowMs - this.#fromMs) / HOUR_MS;
    const truth = readings[tag];
    if (sinceH < 0 || sinceH >= hours || truth === undefined) return readings;
    return { ...readings, [tag]: this.#shown(truth, sinceH) };
  }

  #shown(truth: TagReading, sinceH: number): TagReading {
    if (typeof truth === "number") return this.#value(truth, sinceH);
    // What the device doubts itself stays doubted; words can't drift.
    if (typeof truth !== "object" || typeof truth.value !== "number") return truth;
    return { ...truth, value: this.#value(truth.value, sinceH) };
  }

  #value(truth: number, sinceH: number): number {
    const fault = this.#disturbance;
    switch (fault.action) {
      case "sensor_sticks":
        this.#stuckAt ??= truth;
        return this.#stuckAt;
      case "sensor_drifts":
        return truth + fault.per_h * sinceH;
      case "sensor_noisy":
        return truth + fault.sigma * this.#random.normal();
    }
  }
}
