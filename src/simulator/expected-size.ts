import type { Plant } from "../plant/plant.ts";
import type { SimulationOptions } from "./line-simulation.ts";
import { simulatePlant } from "./plant-simulation.ts";
import type { SimulatedMessage } from "./simulated-message.ts";

/** What a history will come to, about. */
export interface ExpectedSize {
  readonly messages: number;
  /** In a log, with its index. */
  readonly bytes: number;
}

/** What a message takes in a log beside payload, topic and the columns made of them, with its share of the indexes. */
const ROW_BYTES = 170;
/** A line says the same amount in any half hour but the first minutes; more would take longer to try than it tells. */
const SAMPLE_MS = 30 * 60_000;

/** How much a history will be, from what its first half hour says. */
export function expectedSize(plant: Plant, options: SimulationOptions, lengthMs: number): ExpectedSize {
  const sampleMs = Math.min(SAMPLE_MS, lengthMs);
  const said = simulatePlant(plant, options).advance(options.startMs + sampleMs);
  const share = lengthMs / sampleMs;
  const bytes = said.reduce((sum, message) => sum + rowBytes(message), 0);
  return { messages: Math.round(said.length * share), bytes: Math.round(bytes * share) };
}

function rowBytes({ machine, type, payload }: SimulatedMessage): number {
  const { site, line, step, machine: name } = machine;
  const levels = site.length + line.length + step.length + name.length;
  // The identity of version 2 is added on the way: boot and number, once in the payload and once beside it.
  const identity = payload.v === 2 ? 36 + 36 + 30 : 0;
  // The levels stand in the topic and as columns.
  return JSON.stringify(payload).length + 2 * levels + type.length + identity + ROW_BYTES;
}
