import { ZoneClock } from "../adapters/terminal/time-text.ts";
import { loadPlant } from "../adapters/yaml/load-plant.ts";

/**
 * The clock of the plant, as people there read it; programs and spreadsheets get UTC, and need no plant file for it.
 * @throws ConcheError as `loadPlant`
 */
export async function listClock(plant: string, form: string): Promise<ZoneClock> {
  if (form !== "table") return new ZoneClock("UTC");
  const { document } = await loadPlant(plant);
  return new ZoneClock(document.sites[0]?.timezone ?? "UTC");
}
