import { type Plant, plantOf } from "./plant.ts";
import type { Line } from "./schema/line.ts";
import type { Site } from "./schema/plant-document.ts";

/** How a plant is multiplied. */
export interface Expansion {
  /** Lines that every site has afterwards: 1 to 10,000. */
  readonly lines: number;
  /** Sites that the plant has afterwards; null or left out: as many as the file has. */
  readonly sites?: number | null;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/**
 * Gives a plant `sites` sites and every site `lines` lines: the first ones of the file stay as they are, further ones
 * are copies of the first; where there are fewer, the later ones of the file are left out. Copies of lines are named
 * line-a … line-z, line-27, line-28 …, copies of sites count on from the name of the first (tunis-01, tunis-02 …);
 * names that are taken are left out.
 */
export function expandPlant(plant: Plant, { lines, sites }: Expansion): Plant {
  const all = expandSites(plant.document.sites, sites ?? plant.document.sites.length);
  const expanded = all.map((site) => ({ ...site, lines: expandLines(site, lines) }));
  return plantOf({ ...plant.document, sites: expanded });
}

function expandSites(known: readonly Site[], count: number): Site[] {
  const sites = known.slice(0, count);
  const [model] = known;
  if (model === undefined) return sites;
  const taken = new Set(known.map(({ id }) => id));
  for (let number = 2; sites.length < count; number++) {
    const id = siteName(model.id, number);
    if (taken.has(id)) continue;
    sites.push({ ...model, id, ...(model.name === undefined ? {} : { name: `${model.name} (${id})` }) });
  }
  return sites;
}

/** The name of the n-th site, from 1, where the first has this name: `tunis-01` gives `tunis-02`, `lyon` `lyon-02`. */
export function siteName(first: string, number: number): string {
  const [, stem = first, digits] = /^(.*?)-?(\d+)$/.exec(first) ?? [];
  const counted = digits === undefined ? number : Number(digits) + number - 1;
  // A level of the topic has 63 characters.
  return `${stem.slice(0, 50)}-${String(counted).padStart(digits?.length ?? 2, "0")}`;
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

/** The plant with no machine sending telemetry more often than this, seconds; null leaves it as the file says. */
export function withTelemetryInterval(plant: Plant, seconds: number | null): Plant {
  if (seconds === null) return plant;
  const sites = plant.document.sites.map((site) => ({
    ...site,
    lines: site.lines.map((line) => ({
      ...line,
      machines: line.machines.map((machine) => ({
        ...machine,
        telemetry_interval_s: Math.max(seconds, machine.telemetry_interval_s ?? 1),
      })),
    })),
  }));
  return plantOf({ ...plant.document, sites });
}
