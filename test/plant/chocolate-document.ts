import { readFileSync } from "node:fs";
import { readYaml } from "../../src/adapters/yaml/read-yaml.ts";
import { type Plant, plantOf } from "../../src/plant/plant.ts";
import type { PlantDocument } from "../../src/plant/schema/plant-document.ts";

const PACKAGED = new URL("../../plants/chocolate.yaml", import.meta.url);

/** A copy of the packaged plant file's content, to be changed by a test. */
export function chocolateDocument(): PlantDocument {
  return readYaml(readFileSync(PACKAGED, "utf8")).value as PlantDocument;
}

/** The packaged plant. */
export function chocolatePlant(): Plant {
  return plantOf(chocolateDocument());
}
