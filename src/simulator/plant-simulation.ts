import type { Plant } from "../plant/plant.ts";
import { lineOfScenario } from "../plant/scenario/check-scenario.ts";
import { type LineSimulation, type SimulationOptions, simulateLine } from "./line-simulation.ts";
import { type SimulatedMessage, sentAt } from "./simulated-message.ts";

/**
 * Simulates every line of a plant that the plant file says how to simulate; each line has random streams of its own.
 *
 * @throws ConcheError CONCHE_PLANT_INVALID where that is none of them
 */
export function simulatePlant(plant: Plant, options: SimulationOptions): LineSimulation {
  const simulated = plant.lines.filter(({ machines }) =>
    machines.some(({ definition }) => definition.simulation !== undefined),
  );
  // None: the first line's error says what is missing.
  const chosen = simulated.length === 0 ? plant.lines.slice(0, 1) : simulated;
  const { scenario } = options;
  const struck = scenario === undefined ? undefined : lineOfScenario(plant, scenario);
  const lines = chosen.map((line) => {
    const choice = { ...options, scenario: line === struck ? scenario : undefined };
    return simulateLine(plant, line.site.id, line.definition.id, choice);
  });
  return {
    advance(untilMs: number): SimulatedMessage[] {
      const said = lines.map((line) => line.advance(untilMs));
      if (said[0] !== undefined && said.length === 1) return said[0];
      // Stable: what one line says in an instant stays in its order.
      return said.flat().sort((a, b) => sentAt(a) - sentAt(b));
    },
    pace: (atLeastS) => {
      for (const line of lines) line.pace(atLeastS);
    },
    reconnect: () => {
      for (const line of lines) line.reconnect();
    },
    standUntil: (untilMs) => {
      for (const line of lines) line.standUntil(untilMs);
    },
    truth: () => lines.map((line) => line.truth()).find((truth) => truth !== undefined),
  };
}
