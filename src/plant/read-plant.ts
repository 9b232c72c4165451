import { checkPlant } from "./check/check-plant.ts";
import { type Finding, Findings } from "./finding.ts";
import { type Plant, plantOf } from "./plant.ts";
import type { PlantDocument } from "./schema/plant-document.ts";
import { schemaFindings } from "./schema-findings.ts";

/** A plant, or everything that is wrong with its document. */
export type PlantReading =
  | { readonly kind: "plant"; readonly plant: Plant }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

/** Checks what a plant file says, form and meaning in one pass. */
export function readPlant(document: unknown): PlantReading {
  const findings = new Findings();
  for (const finding of schemaFindings(document)) findings.add(finding.path, finding.problem);
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    checkPlant(document as PlantDocument, findings);
  }
  if (findings.list.length > 0) return { kind: "invalid", findings: findings.list };
  return { kind: "plant", plant: plantOf(document as PlantDocument) };
}
