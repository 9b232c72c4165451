import { suggestion } from "../errors/nearest-name.ts";
import type { LogReading } from "../log/log-reading.ts";
import type { ChosenLevels } from "../plant/chosen-machines.ts";
import { machineMeant } from "../plant/machine-meant.ts";
import type { Plant } from "../plant/plant.ts";
import { notFound } from "./problem.ts";

/** @throws ConcheError CONCHE_NOT_FOUND for a batch that no message of the log names, with the one that was meant */
export function requireBatch(
  batch: string,
  log: Pick<LogReading, "names" | "query">,
  hint = "GET /api/messages?type=batch has what batches there are",
): void {
  for (const _ of log.query({ batchId: batch, limit: 1 })) return;
  throw notFound(`no message of the log names batch ${batch}${suggestion(batch, log.names("batch"))}`, hint);
}

/** The levels of the topic that questions choose machines by, in its order. */
const LEVEL_NAMES = ["site", "line", "step", "machine"] as const;

/**
 * `there is no machine temper-1, did you mean temper-01?`: what was chosen and neither the plant nor the log knows, so
 * that an empty answer always means that there is nothing, and never that a name was mistyped. Undefined where all of it
 * is known.
 * @param log asked only for what the plant doesn't know
 */
export function unknownLevel(
  chosen: ChosenLevels,
  plant: Plant,
  log: () => Pick<LogReading, "names">,
): string | undefined {
  for (const [index, level] of LEVEL_NAMES.entries()) {
    const name = chosen[level];
    if (name === undefined) continue;
    const known = new Set(plant.machines.map(({ key }) => key.split("/")[index] ?? ""));
    if (known.has(name)) continue;
    for (const each of log().names(level)) known.add(each);
    if (!known.has(name)) return `there is no ${level} ${name}${suggestion(name, [...known])}`;
  }
  return undefined;
}

/** @throws ConcheError CONCHE_NOT_FOUND for an address `<site>/<line>/<step>/<machine>` that neither plant nor log knows */
export function requireAddress(machine: string, plant: Plant, log: () => Pick<LogReading, "names">): void {
  if (plant.machine(machine) !== undefined) return;
  const [site, line, step, name, ...more] = machine.split("/");
  const isAddress = name !== undefined && more.length === 0;
  if (isAddress && unknownLevel({ site, line, step, machine: name }, plant, log) === undefined) return;
  const keys = plant.machines.map(({ key }) => key as string);
  const whole = keys.find((key) => key.endsWith(`/${machine}`));
  const meant = whole === undefined ? machineMeant(machine, keys) : `, did you mean ${whole}?`;
  throw notFound(
    `there is no machine ${machine}${meant}`,
    "give its address, <site>/<line>/<step>/<machine>",
  );
}
