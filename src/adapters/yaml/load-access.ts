import type { AccessDocument } from "../../access/access-document.ts";
import type { PlantPlaces } from "../../access/access-policy.ts";
import { readAccess } from "../../access/read-access.ts";
import { type FileKind, loadModel } from "./model-file.ts";

const ACCESS_FILE: FileKind = {
  name: "access file",
  model: "access file",
  maxBytes: 4 * 1024 * 1024,
  unreadable: "CONCHE_ACCESS_UNREADABLE",
  invalid: "CONCHE_ACCESS_INVALID",
  hint: "name the file with --access-file FILE",
};

/**
 * Loads an access file.
 * @param plant whose sites and lines it may name
 * @throws ConcheError CONCHE_ACCESS_UNREADABLE; CONCHE_ACCESS_INVALID with everything that is wrong, one finding a line
 */
export function loadAccess(path: string, plant: PlantPlaces): Promise<AccessDocument> {
  return loadModel(path, ACCESS_FILE, (document) => {
    const reading = readAccess(document, plant);
    return reading.kind === "access" ? { kind: "model", model: reading.document } : reading;
  });
}
