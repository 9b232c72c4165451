import { suggestion } from "../errors/nearest-name.ts";
import type { Plant } from "./plant.ts";

/** The levels of the topic that a question chooses machines by; one that is left out lets all through. */
export interface ChosenLevels {
  readonly site?: string | undefined;
  readonly line?: string | undefined;
  readonly step?: string | undefined;
  readonly machine?: string | undefined;
}

/** Whether a machine key, `<site>/<line>/<step>/<machine>`, fits what was chosen. */
export function chosenMachines({ site, line, step, machine }: ChosenLevels): (key: string) => boolean {
  const wanted = [site, line, step, machine];
  if (wanted.every((level) => level === undefined)) return () => true;
  return (key) => {
    const levels = key.split("/");
    return wanted.every((level, index) => level === undefined || level === levels[index]);
  };
}

/** `, did you mean line-a?`: the level that was probably meant where the plant doesn't have what was chosen. */
export function chosenMeant(chosen: ChosenLevels, plant: Plant): string {
  for (const [index, level] of [chosen.site, chosen.line, chosen.step, chosen.machine].entries()) {
    if (level === undefined) continue;
    const known = [...new Set(plant.machines.map(({ key }) => key.split("/")[index] ?? ""))];
    if (!known.includes(level)) return suggestion(level, known);
  }
  return "";
}

/** Machines in the order of the plant file; those it doesn't know come last, by key. */
export function inProcessOrder<Item extends { readonly machine: string }>(
  plant: Plant,
  items: readonly Item[],
): Item[] {
  const unknown = Number.POSITIVE_INFINITY;
  return items
    .map((item) => ({ item, place: plant.machine(item.machine)?.index ?? unknown }))
    .sort((a, b) => (a.place === b.place ? (a.item.machine < b.item.machine ? -1 : 1) : a.place - b.place))
    .map(({ item }) => item);
}
