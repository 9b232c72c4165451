import { PRODUCT_TYPES } from "../../contract/schemas/product.ts";
import type { FilePath, Findings } from "../finding.ts";
import { type Line, SIMULATION_SECTIONS } from "../schema/line.ts";
import { isMade } from "../schema/product.ts";
import { LINE_MODELS, type MachineModelName } from "../schema/simulation/machine-simulation.ts";
import type { KnownNames } from "./known-names.ts";

/** The simulation is of chocolate. */
const SIMULATED_PRODUCTS: readonly string[] = PRODUCT_TYPES;

/** What a line needs to be simulated, when any of its machines says how. */
export function checkProduction(line: Line, path: FilePath, known: KnownNames, findings: Findings): void {
  const models = line.machines.flatMap((machine) => machine.simulation?.model ?? []);
  if (models.length > 0) {
    checkModels(models, path, findings);
    for (const section of SIMULATION_SECTIONS) {
      if (line[section] === undefined)
        findings.add([...path, section], "is missing; a simulated line needs it");
    }
  }
  for (const [index, machine] of line.machines.entries()) {
    checkRanges(machine.simulation, [...path, "machines", index, "simulation"], findings);
  }
  checkSequence(line, path, known.products, findings);
  if (models.length > 0) checkRecipes(line, path, known, findings);
  checkSilos(line, path, known, findings);
}

function checkModels(models: readonly MachineModelName[], path: FilePath, findings: Findings): void {
  const place = [...path, "machines"];
  for (const model of LINE_MODELS) {
    const found = models.filter((name) => name === model).length;
    if (found === 0)
      findings.add(place, `has no machine with simulation model ${model}; a simulated line needs one`);
    if (found > 1 && model !== "conching") {
      findings.add(place, `has ${found} machines with simulation model ${model}; a simulated line has one`);
    }
  }
}

/** Parameters written [from, to]. */
function checkRanges(parameters: object | undefined, path: FilePath, findings: Findings): void {
  for (const [name, value] of Object.entries(parameters ?? {})) {
    if (!Array.isArray(value)) {
      if (typeof value === "object" && value !== null) checkRanges(value, [...path, name], findings);
    } else if (value.length === 2 && value[0] > value[1]) {
      findings.add([...path, name], `must begin with the smaller of its two numbers (${value[1]})`);
    }
  }
}

function checkSequence(line: Line, path: FilePath, products: ReadonlySet<string>, findings: Findings): void {
  const production = line.production;
  if (production === undefined) return;
  const place = [...path, "production"];
  const expectProduct = (id: string, where: FilePath) => {
    if (!products.has(id))
      findings.add(where, `is no product: ${id}; products are ${[...products].join(", ")}`);
  };
  const { sequence, changeovers } = production;
  for (const [index, changeover] of changeovers.entries()) {
    expectProduct(changeover.from, [...place, "changeovers", index, "from"]);
    expectProduct(changeover.to, [...place, "changeovers", index, "to"]);
    if (changeover.verification === "assay" && changeover.assay === undefined) {
      findings.add([...place, "changeovers", index, "assay"], "is missing; verification is by assay");
    }
  }
  for (const [index, campaign] of sequence.entries()) {
    expectProduct(campaign.product, [...place, "sequence", index, "product"]);
    const next = sequence[(index + 1) % sequence.length]?.product ?? campaign.product;
    const covered = changeovers.some(({ from, to }) => from === campaign.product && to === next);
    if (next !== campaign.product && !covered) {
      findings.add(
        [...place, "changeovers"],
        `has no entry from ${campaign.product} to ${next}, which follows it`,
      );
    }
  }
}

/** What a simulated line makes has recipes, and ids that the simulation has batch codes for. */
function checkRecipes(line: Line, path: FilePath, known: KnownNames, findings: Findings): void {
  for (const [index, { product: id }] of (line.production?.sequence ?? []).entries()) {
    const place = [...path, "production", "sequence", index, "product"];
    const product = known.soundProducts.get(id);
    if (product !== undefined && !isMade(product))
      findings.add(place, `has no recipe: ${id}; what a simulated line makes needs one`);
    if (!SIMULATED_PRODUCTS.includes(id))
      findings.add(place, `can't be simulated: ${id}; the simulation makes ${SIMULATED_PRODUCTS.join(", ")}`);
  }
}

function checkSilos(line: Line, path: FilePath, known: KnownNames, findings: Findings): void {
  const { silos, production } = line;
  if (silos === undefined) return;
  for (const [id, silo] of Object.entries(silos)) {
    const place = [...path, "silos", id];
    if (!known.ingredients.has(id)) findings.add(place, "is no ingredient of this plant");
    if (silo.reorder_kg + silo.delivery_kg > silo.capacity_kg) {
      findings.add(
        [...place, "delivery_kg"],
        `must fit: reorder_kg + delivery_kg is more than capacity_kg (${silo.capacity_kg})`,
      );
    }
  }
  const used = new Set<string>();
  for (const campaign of production?.sequence ?? []) {
    const recipe = known.soundProducts.get(campaign.product)?.recipe;
    for (const [id, part] of Object.entries(recipe?.ingredients_pct ?? {}))
      if (part > 0 && known.ingredients.has(id)) used.add(id);
  }
  for (const id of used) {
    if (!Object.hasOwn(silos, id))
      findings.add([...path, "silos"], `has none for ${id}, which a recipe needs`);
  }
}

/** What production figures are held against: the line's constraint and the machines' rated speeds. */
export function checkRatedSpeeds(line: Line, path: FilePath, names: KnownNames, findings: Findings): void {
  for (const [index, machine] of line.machines.entries()) {
    for (const product of Object.keys(machine.rated?.by_product ?? {})) {
      if (names.products.has(product)) continue;
      findings.add(
        [...path, "machines", index, "rated", "by_product", product],
        `is no product; products are ${[...names.products].join(", ")}`,
      );
    }
  }
  if (line.constraint === undefined) return;
  const rated = line.machines.filter((machine) => machine.rated !== undefined).map(({ id }) => id);
  if (rated.includes(line.constraint)) return;
  const known = rated.length === 0 ? "it has none" : `it has ${rated.join(", ")}`;
  findings.add([...path, "constraint"], `must be a machine of the line with a rated speed; ${known}`);
}
