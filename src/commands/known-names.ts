import { LogReader } from "../adapters/sqlite/log/log-reader.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { requireAddress, requireBatch, unknownLevel } from "../api/known-levels.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { LogReading } from "../log/log-reading.ts";
import type { ChosenLevels } from "../plant/chosen-machines.ts";
import type { Plant } from "../plant/plant.ts";

/** What a command chooses by: levels of the topic, a batch, and options that are none of both. */
interface Chosen extends ChosenLevels {
  readonly batch?: string | undefined;
}

type Names = Pick<LogReading, "names" | "query">;

/**
 * "No alarm" must mean that there is none, and never that a name was mistyped. Where the views were copied to a folder
 * without a log nobody can tell, and nothing is said.
 * @throws ConcheError CONCHE_USAGE for a level, CONCHE_NOT_FOUND for a batch that neither plant nor log knows; as
 * `loadPlant` where something was chosen
 */
export async function requireKnown(
  { site, line, step, machine, batch }: Chosen,
  { data, plant }: { readonly data: string; readonly plant: string },
): Promise<void> {
  const levels = { site, line, step, machine };
  const named = Object.values(levels).some((name) => name !== undefined);
  if (!named && batch === undefined) return;
  const known = named ? await loadPlant(plant) : undefined;
  withNames(data, (log) => {
    if (known !== undefined) requireLevels(levels, known, log);
    if (batch !== undefined)
      requireBatch(batch, log, "conche log query --type batch lists what batches there are");
  });
}

/** The same for the address of one machine. @throws ConcheError CONCHE_NOT_FOUND */
export function requireKnownAddress(machine: string, data: string, plant: Plant): void {
  withNames(data, (log) => requireAddress(machine, plant, () => log));
}

/** @throws ConcheError CONCHE_USAGE where neither plant nor log knows what was chosen */
export function requireLevels(chosen: ChosenLevels, plant: Plant, log: Pick<LogReading, "names">): void {
  const unknown = unknownLevel(chosen, plant, () => log);
  if (unknown === undefined) return;
  throw new ConcheError("CONCHE_USAGE", {
    message: unknown,
    hint: "`conche now` lists the machines; --plant FILE names the plant",
  });
}

function withNames(folder: string, work: (log: Names) => void): void {
  let log: LogReader;
  try {
    log = LogReader.open(folder);
  } catch (error) {
    if (error instanceof ConcheError && error.code === "CONCHE_LOG_MISSING") return;
    throw error;
  }
  try {
    work(log);
  } finally {
    log.close();
  }
}
