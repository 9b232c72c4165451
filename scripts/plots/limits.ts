import type { Plant } from "../../src/plant/plant.ts";
import { limitsFor, type TagLimits } from "../../src/plant/schema/tag.ts";

/** The limits that a plant sets for a tag of its first machine of a step, while a product is being made. */
export function limitsAt(plant: Plant, step: string, tag: string, product: string | undefined): TagLimits {
  const machine = plant.machines.find(({ address }) => address.step === step);
  const found = machine?.definition.tags[tag];
  if (found === undefined) throw new Error(`the plant has no tag ${tag} at ${step}`);
  return limitsFor(found, product);
}
