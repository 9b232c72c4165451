import type { ConditionAnswer } from "./answers.ts";
import { plant, stepWords, tagLabel } from "./plant.ts";
import { type Query, useQuery } from "./query.ts";

export type ConditionFinding = ConditionAnswer["findings"][number];

/** It looks at a day of every tag: dear, and slow to change, seconds. */
const EVERY_S = 60;

/**
 * Which sensor can't be believed, and what wears: what no alarm says. Of a machine
 * (`<site>/<line>/<step>/<machine>`), or of the plant.
 * @param ready false while the page waits for what is quicker: it would wait behind this
 */
export function useCondition(machine: string | undefined, ready: boolean): Query<ConditionAnswer> {
  const [site, line, step, id] = machine?.split("/") ?? [];
  const of =
    machine === undefined
      ? ""
      : `?${new URLSearchParams({ site, line, step, machine: id } as Record<string, string>)}`;
  return useQuery<ConditionAnswer>(ready ? `/api/condition${of}` : undefined, [], EVERY_S);
}

/** Where a finding is: "Molding molder-01", and what it is about: "nozzles". */
export function placeOf({ machine, tag }: ConditionFinding): {
  readonly place: string;
  readonly label: string;
} {
  const [, , step = "", id = machine] = machine.split("/");
  const definition = plant.value?.machines.get(machine)?.definition.tags[tag];
  return {
    place: `${stepWords(step).name} ${id}`,
    label: tagLabel(tag, definition),
  };
}
