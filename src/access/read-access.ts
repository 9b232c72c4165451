import { type Finding, Findings } from "../plant/finding.ts";
import { findingsBy } from "../plant/schema-findings.ts";
import { type AccessDocument, AccessDocumentSchema } from "./access-document.ts";
import type { PlantPlaces } from "./access-policy.ts";

/** An access file that can be used, or everything that is wrong with it. */
export type AccessReading =
  | { readonly kind: "access"; readonly document: AccessDocument }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

const schemaFindings = findingsBy(AccessDocumentSchema);

/** Checks what an access file says, form and meaning: places are those of the plant. */
export function readAccess(document: unknown, plant: PlantPlaces): AccessReading {
  const findings = new Findings();
  for (const { path, problem } of schemaFindings(document)) findings.add(path, problem);
  if (findings.list.length > 0) return { kind: "invalid", findings: findings.list };
  const known = document as AccessDocument;
  const sites = new Set(plant.lines.map((line) => line.split("/")[0]));
  const lines = new Set(plant.lines);
  const check = (path: readonly (string | number)[], place: string) => {
    const levels = place.split("/").length;
    if (levels === 1 && !sites.has(place)) findings.add(path, `the plant has no site ${place}`);
    if (levels === 2 && !lines.has(place)) findings.add(path, `the plant has no line ${place}`);
  };
  for (const [name, gateway] of Object.entries(known.gateways ?? {})) {
    for (const [index, place] of gateway.for.entries()) check(["gateways", name, "for", index], place);
  }
  for (const [name, { at = [] }] of Object.entries(known.desks ?? {})) {
    for (const [index, place] of at.entries()) check(["desks", name, "at", index], place);
  }
  return findings.list.length > 0
    ? { kind: "invalid", findings: findings.list }
    : { kind: "access", document: known };
}
