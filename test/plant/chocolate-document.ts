import { readFileSync } from "node:fs";
import { readYaml } from "../../src/adapters/yaml/read-yaml.ts";
import { type Plant, plantOf } from "../../src/plant/plant.ts";
import type { PlantDocument } from "../../src/plant/schema/plant-document.ts";
import { isMade, type MadeProduct } from "../../src/plant/schema/product.ts";

const PACKAGED = new URL("../../plants/chocolate.yaml", import.meta.url);

/** A copy of the packaged plant file's content, to be changed by a test. */
export function chocolateDocument(): PlantDocument {
  return readYaml(readFileSync(PACKAGED, "utf8")).value as PlantDocument;
}

/** One of its products, which all have recipes. */
export function chocolateProduct(id: string): MadeProduct {
  const product = chocolatePlant().product(id);
  if (product === undefined || !isMade(product)) throw new RangeError(`the packaged plant makes no ${id}`);
  return product;
}

/** The packaged plant. */
export function chocolatePlant(): Plant {
  return plantOf(chocolateDocument());
}
