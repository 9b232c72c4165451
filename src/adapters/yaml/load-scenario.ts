import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { Plant } from "../../plant/plant.ts";
import { checkScenario } from "../../plant/scenario/check-scenario.ts";
import { readScenario } from "../../plant/scenario/read-scenario.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import { type FileKind, loadModel } from "./model-file.ts";

/** A scenario is a page, not a book. */
const MAX_SCENARIO_BYTES = 1024 * 1024;
const ENDING = ".yaml";
/** What is a name; everything else is a path. */
const NAME = /^[a-z][a-z0-9-]*$/;

const SCENARIO_FILE: FileKind = {
  name: "scenario file",
  model: "scenario",
  maxBytes: MAX_SCENARIO_BYTES,
  unreadable: "CONCHE_SCENARIO_UNREADABLE",
  invalid: "CONCHE_SCENARIO_INVALID",
  hint: "name a scenario (`conche scenario list`) or its file",
};

/** Names of the scenarios in a folder, in alphabetical order. */
export async function scenarioNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    throw new ConcheError("CONCHE_SCENARIO_UNREADABLE", {
      message: `the folder of scenarios ${folder} can't be read: ${messageOf(error)}`,
      cause: error,
    });
  });
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => basename(file, ENDING))
    .sort();
}

/**
 * Loads a scenario by the name of one in `folder`, or by its path.
 *
 * @param plant the plant it is to happen in; it must have what the scenario names
 * @throws ConcheError CONCHE_SCENARIO_UNREADABLE, CONCHE_SCENARIO_INVALID with everything that is wrong
 */
export async function loadScenario(
  nameOrPath: string,
  folder: string,
  plant: Plant,
): Promise<ScenarioDocument> {
  const byName = NAME.test(nameOrPath);
  if (byName) {
    const names = await scenarioNames(folder);
    if (!names.includes(nameOrPath)) {
      throw new ConcheError("CONCHE_SCENARIO_UNREADABLE", {
        message: `there is no scenario ${nameOrPath}; there are ${names.join(", ")}`,
        hint: "name one of them, or a file by its path (./mine.yaml)",
      });
    }
  }
  const path = byName ? join(folder, `${nameOrPath}${ENDING}`) : nameOrPath;
  return loadModel(path, SCENARIO_FILE, (document) => {
    const reading = readScenario(document);
    if (reading.kind === "invalid") return reading;
    const findings = checkScenario(plant, reading.scenario);
    return findings.length > 0 ? { kind: "invalid", findings } : { kind: "model", model: reading.scenario };
  });
}
