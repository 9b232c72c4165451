import type { Plant } from "../plant/plant.ts";
import { type LineSimulation, type SimulationOptions, simulateLine } from "./line-simulation.ts";
import type { SimulatedMessage } from "./simulated-message.ts";

/** Simulates every line of a plant; each line has random streams of its own. */
export function simulatePlant(plant: Plant, options: SimulationOptions): LineSimulation {
  const lines = plant.lines.map(({ site, definition }) =>
    simulateLine(plant, site.id, definition.id, options),
  );
  return {
    advance(untilMs: number): SimulatedMessage[] {
      const said = lines.flatMap((line) => line.advance(untilMs));
      // Stable: what one line says in an instant stays in its order.
      return lines.length === 1 ? said : said.sort((a, b) => a.atMs - b.atMs);
    },
  };
}
