import { machineAddress } from "../../contract/topic.ts";
import { messageOf } from "../../errors/conche-error.ts";
import type { FilePath, Findings } from "../finding.ts";
import type { Ingredient } from "../schema/ingredient.ts";
import type { Line } from "../schema/line.ts";
import type { Machine } from "../schema/machine.ts";
import type { PlantDocument, Site } from "../schema/plant-document.ts";
import type { Product } from "../schema/product.ts";
import type { CharacteristicDefinition } from "../schema/quality.ts";
import { checkProduction, checkRatedSpeeds } from "./check-production.ts";
import { checkProduct } from "./check-products.ts";
import { checkQuality } from "./check-quality.ts";
import { checkShifts, checkTimezone } from "./check-shifts.ts";
import { checkTags } from "./check-tags.ts";
import type { KnownNames } from "./known-names.ts";

/**
 * What the schema can't say: names that must differ or exist, sums, limits in order. Parts that break the schema are
 * left out, so that one pass reports everything that can be known. `document` has been looked at by schemaFindings,
 * and what that found stands in `findings`.
 */
export function checkPlant(document: PlantDocument, findings: Findings): void {
  checkDistinct(document.ingredients, ["ingredients"], findings);
  checkDistinct(document.products, ["products"], findings);
  checkDistinct(document.sites, ["sites"], findings);
  checkBatchIds(document, findings);
  const names = knownNames(document, findings);
  for (const [path, product] of entries<Product>(document.products, ["products"])) {
    if (findings.clean(path)) checkProduct(product, path, names, findings);
  }
  const characteristics = document.quality?.characteristics;
  for (const [path, definition] of entries<CharacteristicDefinition>(characteristics, [
    "quality",
    "characteristics",
  ])) {
    if (findings.clean(path)) checkQuality(definition, path, machineIds(document), names.products, findings);
  }
  for (const [path, site] of entries<Site>(document.sites, ["sites"])) {
    checkDistinct(site.lines, [...path, "lines"], findings);
    if (findings.clean([...path, "timezone"])) checkTimezone(site.timezone, [...path, "timezone"], findings);
    if (findings.clean([...path, "shifts"])) checkShifts(site.shifts, [...path, "shifts"], findings);
    for (const [linePath, line] of entries<Line>(site.lines, [...path, "lines"])) {
      // Asked before the meaning is looked at, so that one wrong limit doesn't hide what is wrong with production.
      const soundForm = findings.clean(linePath);
      checkMachines(site, line, linePath, names, findings);
      if (soundForm) checkProduction(line, linePath, names, findings);
      if (soundForm) checkRatedSpeeds(line, linePath, names, findings);
    }
  }
}

/** Ids of all machines, also of those with findings. */
function machineIds(document: PlantDocument): ReadonlySet<string> {
  const lines = entries<Site>(document.sites, []).flatMap(([, site]) => entries<Line>(site.lines, []));
  const machines = lines.flatMap(([, line]) => entries<Machine>(line.machines, []));
  return new Set(machines.map(([, machine]) => machine.id));
}

/** A pattern that is one, and an example that has its form. */
function checkBatchIds({ batch_ids }: PlantDocument, findings: Findings): void {
  const path = ["batch_ids"];
  if (batch_ids === undefined || !findings.clean(path)) return;
  const { pattern, example } = batch_ids;
  try {
    if (new RegExp(`^(?:${pattern})$`, "u").test(example)) return;
    findings.add([...path, "example"], `must have the form of pattern, ${pattern}: ${example}`);
  } catch (error) {
    findings.add([...path, "pattern"], `is no regular expression: ${messageOf(error)}`);
  }
}

function knownNames(document: PlantDocument, findings: Findings): KnownNames {
  const ingredients = entries<Ingredient>(document.ingredients, ["ingredients"]).map(([, entry]) => entry);
  const products = entries<Product>(document.products, ["products"]);
  const sound = products.filter(([path]) => findings.clean(path)).map(([, product]) => product);
  return {
    ingredients: new Set(ingredients.map((ingredient) => ingredient.id)),
    cocoa: new Set(
      ingredients.filter(({ origin }) => origin !== undefined).map((ingredient) => ingredient.id),
    ),
    products: new Set(products.map(([, product]) => product.id)),
    soundProducts: new Map(sound.map((product) => [product.id, product])),
  };
}

function checkMachines(site: Site, line: Line, path: FilePath, names: KnownNames, findings: Findings): void {
  const place = [...path, "machines"];
  // The step would tell two machines of one name apart; people and dashboards would not.
  checkDistinct(line.machines, place, findings);
  for (const [machinePath, machine] of entries<Machine>(line.machines, place)) {
    const levels = [site.id, line.id, machine.step, machine.id];
    if (levels.every((level) => typeof level === "string")) checkLevels(levels, path, machinePath, findings);
    if (isGroup(machine.tags)) checkTags(machine, machinePath, names.products, findings);
  }
}

/** The levels of the machine's topic. A site's or a line's is reported once, at the site or the line. */
function checkLevels(
  [site, line, step, machine]: readonly string[],
  linePath: FilePath,
  machinePath: FilePath,
  findings: Findings,
): void {
  const fits = (levels: readonly [string, string, string, string]) => machineAddress(...levels);
  const report = (path: FilePath, given: string | undefined, address: ReturnType<typeof machineAddress>) => {
    if (!("detail" in address) || !findings.clean(path)) return;
    const pattern = address.detail.replace(/^.* must match /, "");
    findings.add(path, `must match ${pattern}, a level of the topic; not ${JSON.stringify(given)}`);
  };
  report([...linePath.slice(0, 2), "id"], site, fits([site ?? "", "line", "s1_step", "machine"]));
  report([...linePath, "id"], line, fits(["site", line ?? "", "s1_step", "machine"]));
  report([...machinePath, "step"], step, fits(["site", "line", step ?? "", "machine"]));
  report([...machinePath, "id"], machine, fits(["site", "line", "s1_step", machine ?? ""]));
}

/** Entries that must not share an id. */
function checkDistinct(list: unknown, path: FilePath, findings: Findings): void {
  const first = new Map<string, number>();
  if (!Array.isArray(list)) return;
  for (const [index, entry] of list.entries()) {
    const id = isGroup(entry) ? entry.id : undefined;
    if (typeof id !== "string") continue;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, index);
    else
      findings.add(
        [...path, index, "id"],
        `${JSON.stringify(id)} stands twice; the first is at [${earlier}]`,
      );
  }
}

/** The groups of a list with their paths; nothing where the list isn't one. */
function entries<Entry>(list: unknown, path: FilePath): [FilePath, Entry][] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry, index) => (isGroup(entry) ? [[[...path, index], entry as Entry]] : []));
}

function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
