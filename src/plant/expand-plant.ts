import { type Plant, plantOf } from "./plant.ts";
import type { Line } from "./schema/line.ts";
import type { Site } from "./schema/plant-document.ts";

/** How a plant is multiplied. */
export interface Expansion {
  /** Lines that every site has afterwards: 1 to 10,000. */
  readonly lines: number;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/**
 * Gives every site `lines` lines: the first lines of the file stay as they are, further ones are copies of the
 * first. Copies are named line-a … line-z, line-27, line-28 …, leaving out names that are taken; fewer lines than
 * the file has leaves the later ones out.
 */
export function expandPlant(plant: Plant, expansion: Expansion): Plant {
  const sites = plant.document.sites.map((site) => ({ ...site, lines: expandLines(site, expansion.lines) }));
  return plantOf({ ...plant.document, sites });
}

function expandLines(site: Site, count: number): Line[] {
  const lines = site.lines.slice(0, count);
  const [model] = site.lines;
  if (model === undefined) return lines;
  const taken = new Set(site.lines.map((line) => line.id));
  for (let number = 1; lines.length < count; number++) {
    const id = lineName(number);
    if (taken.has(id)) continue;
    lines.push({ ...model, id, ...(model.name === undefined ? {} : { name: `${model.name} (${id})` }) });
  }
  return lines;
}

/** The name of the n-th line, from 1. */
export function lineName(number: number): string {
  return `line-${LETTERS[number - 1] ?? number}`;
}
