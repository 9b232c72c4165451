import type { Plant } from "../../plant/plant.ts";
import { readPlant } from "../../plant/read-plant.ts";
import { type FileKind, loadModel } from "./model-file.ts";

/** A larger file is no plant model: the packaged one has 30 kB, a factory of a hundred lines a few MB. */
export const MAX_PLANT_BYTES = 16 * 1024 * 1024;

const PLANT_FILE: FileKind = {
  name: "plant file",
  model: "plant model",
  maxBytes: MAX_PLANT_BYTES,
  unreadable: "CONCHE_PLANT_UNREADABLE",
  invalid: "CONCHE_PLANT_INVALID",
  hint: "name the plant file with --plant FILE",
};

/**
 * Loads a plant file.
 *
 * @throws ConcheError CONCHE_PLANT_UNREADABLE where the file can't be read; CONCHE_PLANT_INVALID with everything
 * that is wrong with it, one finding a line: `plants/x.yaml:41 sites[0].lines[0].id: is missing`.
 */
export function loadPlant(path: string): Promise<Plant> {
  return loadModel(path, PLANT_FILE, (document) => {
    const reading = readPlant(document);
    return reading.kind === "plant" ? { kind: "model", model: reading.plant } : reading;
  });
}
