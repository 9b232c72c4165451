import type { PlantLine, PlantMachine } from "../../plant/plant.ts";

const HOUR_MS = 3_600_000;

/**
 * ISO 22400-2 clause 5, planned run time per item (PRI): milliseconds that one piece or kilogram takes at the machine's
 * rated speed; null where the plant file gives none. What is measured never moves it: a reference that follows the
 * measurement would always be met.
 */
export function plannedRunTimePerItemMs(machine: PlantMachine, product: string | null): number | null {
  const rated = machine.definition.rated;
  if (rated === undefined) return null;
  return HOUR_MS / ((product === null ? undefined : rated.by_product?.[product]) ?? rated.per_h);
}

/** The machine that gives a line its pace: named in the plant file, else the one with the lowest rated speed. */
export function constraintOf(line: PlantLine): PlantMachine | undefined {
  const { constraint } = line.definition;
  if (constraint !== undefined) return line.machines.find(({ definition }) => definition.id === constraint);
  const end = endOf(line);
  const comparable = line.machines.filter(
    ({ definition }) =>
      definition.rated !== undefined && definition.rated.unit === end?.definition.rated?.unit,
  );
  return comparable.reduce<PlantMachine | undefined>(
    (slowest, machine) =>
      (machine.definition.rated?.per_h ?? 0) < (slowest?.definition.rated?.per_h ?? Number.POSITIVE_INFINITY)
        ? machine
        : slowest,
    undefined,
  );
}

/** The last machine of a line that has a rated speed: what it counts as good has left the line. */
export function endOf(line: PlantLine): PlantMachine | undefined {
  return line.machines.findLast(({ definition }) => definition.rated !== undefined);
}
