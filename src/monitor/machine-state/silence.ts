import type { Plant } from "../../plant/plant.ts";

/** A value is stale after ten intervals, and nothing shorter than this is called silence. */
const INTERVALS = 10;
const SHORTEST_MS = 30_000;

/**
 * How long each machine of a plant may say nothing before it counts as silent, milliseconds: ten of its telemetry
 * intervals, half a minute at least. One that the plant doesn't know is taken to send telemetry every second.
 */
export function silenceOf(plant: Plant): (machine: string) => number {
  return (machine) => {
    const seconds = plant.machine(machine)?.definition.telemetry_interval_s ?? 1;
    return Math.max(SHORTEST_MS, INTERVALS * seconds * 1000);
  };
}
