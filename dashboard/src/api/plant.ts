import { computed, signal } from "@preact/signals";
import { preferences } from "../app/preferences.ts";
import type { Limits } from "../format/range.ts";
import { ZonedTime } from "../format/time.ts";
import type { PlantAnswer } from "./answers.ts";
import type { Problem } from "./problem.ts";
import { read } from "./read.ts";

export type PlantDocument = PlantAnswer["plant"];
export type Site = PlantDocument["sites"][number];
export type Line = Site["lines"][number];
export type Machine = Line["machines"][number];
export type Tag = Machine["tags"][string];

/** A line with its address. */
export interface PlantLine {
  /** `<site>/<line>` */
  readonly key: string;
  readonly site: Site;
  readonly line: Line;
  /** Those that stand in the process, in its order, and those beside it: gateways, controllers, desks. */
  readonly process: readonly PlantMachine[];
  readonly beside: readonly PlantMachine[];
}

/** A machine with its address. */
export interface PlantMachine {
  /** `<site>/<line>/<step>/<machine>` */
  readonly key: string;
  readonly step: string;
  readonly definition: Machine;
  readonly line: string;
}

/** The plant as data, with ways to find things in it. */
export interface PlantModel {
  readonly document: PlantDocument;
  readonly lines: readonly PlantLine[];
  readonly machines: ReadonlyMap<string, PlantMachine>;
}

export const plant = signal<PlantModel | undefined>(undefined);
export const plantProblem = signal<Problem | undefined>(undefined);

const RETRY_MS = 3_000;

/** Reads the plant model, again and again until it is there: no page says much without it. */
export async function loadPlant(): Promise<void> {
  try {
    plant.value = modelOf((await read<PlantAnswer>("/api/plant")).plant);
    plantProblem.value = undefined;
  } catch (error) {
    plantProblem.value = error as Problem;
    setTimeout(() => void loadPlant(), RETRY_MS);
  }
}

function modelOf(document: PlantDocument): PlantModel {
  const lines = document.sites.flatMap((site) =>
    site.lines.map((line): PlantLine => {
      const machines = line.machines.map((definition): PlantMachine => {
        const key = `${site.id}/${line.id}/${definition.step}/${definition.id}`;
        return { key, step: definition.step, definition, line: `${site.id}/${line.id}` };
      });
      return {
        key: `${site.id}/${line.id}`,
        site,
        line,
        process: machines.filter(({ step }) => !step.startsWith("s0_")),
        beside: machines.filter(({ step }) => step.startsWith("s0_")),
      };
    }),
  );
  const machines = new Map(
    lines.flatMap(({ process, beside }) => [...process, ...beside]).map((machine) => [machine.key, machine]),
  );
  return { document, lines, machines };
}

/** The zone that times are shown in: the plant's (its first site's), unless the person prefers another one. */
export const zone = computed(() => {
  const { zone: preferred } = preferences.value;
  const first = plant.value?.document.sites[0]?.timezone;
  const name =
    preferred === "utc"
      ? "UTC"
      : preferred === "browser"
        ? Intl.DateTimeFormat().resolvedOptions().timeZone
        : first;
  try {
    return new ZonedTime(name ?? "UTC");
  } catch {
    return new ZonedTime("UTC");
  }
});

/** "5", "Tempering" of s5_tempering. */
export function stepWords(step: string): { readonly number: string; readonly name: string } {
  const [, digit = "", words = step] = /^s(\d)_(.*)$/.exec(step) ?? [];
  const name = words.replaceAll("_", " ");
  return { number: digit, name: name.charAt(0).toUpperCase() + name.slice(1) };
}

/** A machine as people call it: "5 Tempering"; what stands beside the process by its own name. */
export function placeName(machine: string): string {
  const [, , step = "", id = machine] = machine.split("/");
  const { number, name } = stepWords(step);
  return number === "0" ? (plant.value?.machines.get(machine)?.definition.name ?? id) : `${number} ${name}`;
}

/** A tag's word for a display: its label, or its name without the unit at its end. */
export function tagLabel(name: string, tag: Tag | undefined): string {
  return (
    tag?.label ??
    name.replace(/_(c|k|kg|g|um|pct|bar|a|kw|h|mpm|ms|cP|kg_h|kg_s|pa_s|kwh_t)$/, "").replaceAll("_", " ")
  );
}

/** The limits that are in force for a product. */
export function limitsOf(tag: Tag | undefined, product: string | null | undefined): Limits {
  const own = product === null || product === undefined ? undefined : tag?.by_product?.[product];
  const one = (name: keyof Limits) => own?.[name] ?? tag?.[name];
  return { min: one("min"), max: one("max"), alarm_low: one("alarm_low"), alarm_high: one("alarm_high") };
}

/** The tags that say at a glance how a machine does. */
export function overviewTags(machine: Machine): string[] {
  if (machine.overview !== undefined) return [...machine.overview];
  return Object.entries(machine.tags)
    .filter(([, tag]) => tag.min !== undefined || tag.max !== undefined || tag.alarm_high !== undefined)
    .slice(0, 3)
    .map(([name]) => name);
}
