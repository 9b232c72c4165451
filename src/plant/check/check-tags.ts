import type { FilePath, Findings } from "../finding.ts";
import type { Machine } from "../schema/machine.ts";
import { limitsFor, type Tag, type TagLimits } from "../schema/tag.ts";

/** Limits in order, and products that exist. */
export function checkTags(
  machine: Machine,
  path: FilePath,
  products: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const [name, tag] of Object.entries(machine.tags)) {
    const place = [...path, "tags", name];
    if (!findings.clean(place)) continue;
    checkOrder(tag, limitsFor(tag, undefined), place, findings);
    if (tag.values !== undefined && hasLimits(tag))
      findings.add(place, "has words as values and so can have no limits");
    for (const product of Object.keys(tag.by_product ?? {})) {
      const ownPlace = [...place, "by_product", product];
      if (!products.has(product))
        findings.add(ownPlace, `is no product; products are ${[...products].join(", ")}`);
      else checkOrder(tag.by_product?.[product] ?? {}, limitsFor(tag, product), ownPlace, findings);
    }
  }
  for (const list of ["v1_tags", "overview"] as const) checkTagNames(machine, list, path, findings);
}

const ASCENDING = ["alarm_low", "min", "max", "alarm_high"] as const;

/**
 * Each limit that is written at `place` against those below it among the limits in force there. An alarm limit may
 * equal the end of the normal range.
 */
function checkOrder(written: TagLimits, inForce: TagLimits, place: FilePath, findings: Findings): void {
  for (const [upper, high] of ASCENDING.entries()) {
    const value = inForce[high];
    for (const low of ASCENDING.slice(0, upper)) {
      const below = inForce[low];
      if (value === undefined || below === undefined) continue;
      const ofOneSide = (low === "alarm_low" && high === "min") || (low === "max" && high === "alarm_high");
      if (value > below || (ofOneSide && value === below)) continue;
      const least = ofOneSide ? "must be at least" : "must be greater than";
      if (written[high] !== undefined) findings.add([...place, high], `${least} ${low} (${below})`);
      else if (written[low] !== undefined) {
        findings.add([...place, low], `must be ${ofOneSide ? "at most" : "less than"} ${high} (${value})`);
      }
      return;
    }
  }
}

function hasLimits(tag: Tag): boolean {
  return ASCENDING.some((kind) => tag[kind] !== undefined) || tag.by_product !== undefined;
}

/** Lists of a machine that name tags name its own. */
function checkTagNames(
  machine: Machine,
  list: "v1_tags" | "overview",
  path: FilePath,
  findings: Findings,
): void {
  if (!findings.clean([...path, list])) return;
  for (const [index, name] of (machine[list] ?? []).entries()) {
    if (!Object.hasOwn(machine.tags, name))
      findings.add([...path, list, index], `is no tag of the machine: ${name}`);
  }
}
