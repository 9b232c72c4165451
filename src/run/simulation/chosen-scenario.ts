import { join } from "node:path";
import { loadScenario } from "../../adapters/yaml/load-scenario.ts";
import { PACKAGE_ROOT } from "../../config/package-root.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";

/** Where the packaged scenarios are. */
export const SCENARIO_FOLDER = join(PACKAGE_ROOT, "scenarios");

/**
 * The scenario that was asked for, if any.
 * @throws ConcheError CONCHE_SCENARIO_UNREADABLE, CONCHE_SCENARIO_INVALID
 */
export async function chosenScenario(
  nameOrPath: string | null,
  plant: Plant,
): Promise<ScenarioDocument | undefined> {
  return nameOrPath === null ? undefined : loadScenario(nameOrPath, SCENARIO_FOLDER, plant);
}
